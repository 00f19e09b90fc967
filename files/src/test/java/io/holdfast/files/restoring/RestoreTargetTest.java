package io.holdfast.files.restoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.FileStatus.Timestamp;
import io.holdfast.files.posix.PosixException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A restore into a directory in which somebody else may write.
class RestoreTargetTest {
  private static final byte[] CONTENT = "restored".getBytes(StandardCharsets.UTF_8);

  @TempDir Path temporary;
  private Path target = Path.of("/tmp");
  private Path others = Path.of("/tmp");

  @BeforeEach
  void makeTarget() throws IOException {
    target = Files.createDirectory(temporary.resolve("target"));
    others = Files.writeString(temporary.resolve("others"), "not ours");
  }

  @Test
  void aFileThatWasPutInThePlaceOfARestoredOneGetsNoneOfItsMetadata() throws IOException {
    Path place = target.resolve("tool");
    Object before = Files.readAttributes(others, "unix:mode,uid,gid,ino,lastModifiedTime");
    try (RestoreTarget restore = new RestoreTarget(target, new Nothing())) {
      assertThatThrownBy(
              () ->
                  restore.file(
                      "tool",
                      wanted(),
                      file -> {
                        file.write(0, CONTENT, 0, CONTENT.length);
                        Files.delete(place);
                        Files.createLink(place, others);
                      }))
          .isInstanceOf(BlockedEntryException.class);
    }
    assertThat(Files.readAttributes(others, "unix:mode,uid,gid,ino,lastModifiedTime"))
        .isEqualTo(before);
  }

  @Test
  void aRestoredFileHasItsMetadata() throws IOException {
    try (RestoreTarget restore = new RestoreTarget(target, new Nothing())) {
      restore.file("tool", wanted(), file -> file.write(0, CONTENT, 0, CONTENT.length));
      restore.finish();
    }
    Path place = target.resolve("tool");
    assertThat(Files.readAllBytes(place)).isEqualTo(CONTENT);
    assertThat(Files.getAttribute(place, "unix:mode", LinkOption.NOFOLLOW_LINKS))
        .isEqualTo(FileStatus.REGULAR | 04755);
    assertThat(Files.getLastModifiedTime(place).toMillis()).isEqualTo(1_000_000);
  }

  /// Set-user-id, for the user who runs this.
  private Wanted wanted() throws IOException {
    int uid = (int) Files.getAttribute(target, "unix:uid");
    int gid = (int) Files.getAttribute(target, "unix:gid");
    return new Wanted(FileStatus.REGULAR | 04755, uid, gid, new Timestamp(1_000, 0), List.of());
  }

  /// Nothing is refused here.
  private static final class Nothing implements RestoreProblems {
    @Override
    public void ownerNotSet(String path) {
      throw new AssertionError(path);
    }

    @Override
    public void attributeNotSet(String path, String attribute, PosixException why) {
      throw new AssertionError(path + ": " + attribute, why);
    }

    @Override
    public void directoryNotFinished(String path, IOException why) {
      throw new AssertionError(path, why);
    }
  }
}
