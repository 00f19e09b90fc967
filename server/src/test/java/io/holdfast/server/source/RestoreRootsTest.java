package io.holdfast.server.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where requests may restore to.
class RestoreRootsTest {
  @TempDir private Path temporary = Path.of("");

  private Path root = Path.of("");
  private RestoreRoots roots = new RestoreRoots(List.of());

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectory(temporary.toRealPath().resolve("root"));
    roots = new RestoreRoots(List.of(root));
  }

  private static void assertRefused(RestoreRoots roots, String target, String hint) {
    assertThatThrownBy(() -> roots.require(target))
        .as(target)
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT);
              assertThat(e.hint()).contains(hint);
            });
  }

  @Test
  void withoutRootsNothingIsRestored() {
    assertRefused(new RestoreRoots(List.of()), root + "/a", "restoreRoots");
  }

  @Test
  void whatIsBelowARootIsTaken() throws IOException {
    assertThat(roots.require(root + "/a")).isEqualTo(root.resolve("a"));
    assertThat(roots.require(root + "/a/b/c")).isEqualTo(root.resolve("a/b/c"));
    Path inside = Files.createDirectory(root.resolve("inside"));
    Path link = Files.createSymbolicLink(root.resolve("within"), inside);
    assertThat(roots.require(link + "/x")).isEqualTo(link.resolve("x"));
  }

  @Test
  void namesThatLeadElsewhereAreRefused() {
    for (String target :
        List.of(
            root.toString(),
            root + "/",
            root + "x/a",
            root + "/../a",
            root + "/a/../../b",
            root + "/./a",
            "/etc",
            "/",
            "",
            "a",
            root + "/a\u0000b",
            root + "/a\nb",
            root + "/" + "x".repeat(1_000))) {
      assertRefused(roots, target, "restoreRoots");
    }
  }

  @Test
  void linksThatLeadElsewhereOrNowhereAreRefused() throws IOException {
    Path outside = Files.createDirectory(temporary.toRealPath().resolve("outside"));
    Path out = Files.createSymbolicLink(root.resolve("out"), outside);
    assertRefused(roots, out + "/a", "restoreRoots");
    assertRefused(roots, out.toString(), "restoreRoots");
    Path nowhere = Files.createSymbolicLink(root.resolve("nowhere"), outside.resolve("later"));
    assertRefused(roots, nowhere + "/a", "Make the directory");
    assertRefused(new RestoreRoots(List.of(root.resolve("none"))), root + "/none/a", "Make");
  }
}
