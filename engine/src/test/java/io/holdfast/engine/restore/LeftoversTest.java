package io.holdfast.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.StoreFullException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void anInterruptionNamesEveryDirectoryThatIsLeft() throws Exception {
    Path data = Files.createDirectory(directory.resolve("data"));
    Path space = Files.createDirectory(directory.resolve("space"));
    Path notYet = directory.resolve("not-yet");

    for (Exception interruption :
        new Exception[] {
          new BackupException(ErrorCode.CANCELLED, "interrupted", ""),
          new InterruptedIOException("interrupted")
        }) {
      assertThatThrownBy(() -> run(List.of(data, space, notYet), interruption))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED);
                assertThat(e.text())
                    .contains(data.toString())
                    .contains(space.toString())
                    .doesNotContain("not-yet");
                assertThat(e.hint()).contains("remove each of these directories");
                assertThat(e.getSuppressed()).isEmpty();
              });
      assertThatThrownBy(() -> run(List.of(notYet), interruption))
          .hasMessage("the restore was interrupted");
    }
  }

  @Test
  void otherFailuresStayWhatTheyAre() {
    BackupException full = new BackupException(ErrorCode.NO_SPACE, "full", "");
    assertThatThrownBy(() -> run(List.of(directory), full)).isSameAs(full);
  }

  @Test
  void otherFailuresNameWhatTheNextRestoreWouldStumbleOver() throws Exception {
    Path data = Files.createDirectory(directory.resolve("data"));
    Files.createFile(data.resolve("PG_VERSION"));
    Path empty = Files.createDirectory(directory.resolve("empty"));
    for (Exception failure :
        new Exception[] {
          new BackupException(ErrorCode.NO_SPACE, "full", "Free some space."),
          new StoreFullException("full")
        }) {
      assertThatThrownBy(() -> run(List.of(data, empty), failure))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.NO_SPACE);
                assertThat(e.hint()).contains("Free some space", data.toString(), "remove it");
                assertThat(e.hint()).doesNotContain(empty.toString());
              });
    }
  }

  private static void run(List<Path> directories, Exception failure) throws Exception {
    var _ =
        Leftovers.named(
            directories,
            () -> {
              switch (failure) {
                case BackupException e -> throw e;
                case IOException e -> throw e;
                default -> throw new IllegalStateException(failure);
              }
            });
  }
}
