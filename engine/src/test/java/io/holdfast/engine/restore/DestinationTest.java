package io.holdfast.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DestinationTest {
  @TempDir private Path directory = Path.of("");

  /// Two tablespaces in one directory would write over each other.
  @Test
  void twoNamesOfOneDirectoryAreNotApart() throws IOException {
    Path one = Files.createDirectory(directory.resolve("one"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), one);

    Path first = Destination.of(one.resolve("new"));
    Path second = Destination.of(link.resolve("new"));

    assertThat(second).isEqualTo(first);
    assertThatThrownBy(() -> Destination.requireApart("another tablespace", first, second))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT));
    assertThatThrownBy(
            () -> Destination.requireApart("another tablespace", first, second.resolve("below")))
        .isInstanceOf(BackupException.class);
  }

  @Test
  void neighboursWithAlikeNamesAreApart() {
    assertThatCode(
            () ->
                Destination.requireApart(
                    "the data directory", Path.of("/srv/data"), Path.of("/srv/data2")))
        .doesNotThrowAnyException();
  }
}
