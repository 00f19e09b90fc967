package io.holdfast.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DirectoryAssetsTest extends AssetStoreContract {
  @Override
  protected AssetStore openEmpty() throws IOException {
    return new DirectoryAssets(Files.createDirectory(directory.resolve("files")));
  }

  @Test
  void linksDoNotLeadOut() throws IOException {
    AssetStore store = new DirectoryAssets(directory.resolve("files"));
    Path outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(outside.resolve("x"), "secret");
    Files.createSymbolicLink(directory.resolve("files/link"), outside);

    assertThatThrownBy(() -> store.open("link/x"))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_ERROR));
    assertThatThrownBy(() -> store.write("link/y", Optional.empty(), content(new byte[] {1})))
        .isInstanceOf(BackupException.class);
    assertThat(outside.resolve("y")).doesNotExist();
  }
}
