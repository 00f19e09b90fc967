package io.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailuresTest {
  private static final StoreContext CONTEXT =
      new StoreContext(InstantSource.system(), Entropy.secure(), Map.of());

  @TempDir private Path directory = Path.of("");

  @Test
  void aLinkInARepositoryIsNamedWithWhatToDo() throws Exception {
    String place = directory.resolve("r").toString();
    try (BlobStore store = BlobStores.create(place, CONTEXT)) {
      Path planted = Files.createDirectories(Path.of(place, "log")).resolve("planted");
      Files.createSymbolicLink(planted, Path.of("/etc"));

      BackupException refused =
          Assertions.catchThrowableOfType(
              BackupException.class,
              () -> Failures.run("list backups", () -> store.list("log/", _ -> {})));

      assertThat(refused.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
      assertThat(refused.text()).contains(planted.toString());
      assertThat(refused.hint()).startsWith("Remove the link").doesNotContain("try again");
    }
  }

  @Test
  void anUnreachableStoreIsLookedAt() {
    IOException gone = new StoreUnavailableException("cannot read /mnt/x: stale");
    assertThat(Failures.toBackupException("list backups", gone).hint())
        .isEqualTo("Check the store and try again.");
  }
}
