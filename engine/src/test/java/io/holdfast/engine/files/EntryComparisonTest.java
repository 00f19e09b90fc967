package io.holdfast.engine.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.engine.files.EntryComparison.Compared;
import io.holdfast.engine.files.EntryComparison.Verdict;
import io.holdfast.files.posix.PosixException;
import io.holdfast.files.walk.Excludes;
import io.holdfast.files.walk.Found;
import io.holdfast.files.walk.TreeWalk;
import io.holdfast.files.walk.WalkOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that are taken away between the walk and the moment they are opened.
class EntryComparisonTest {
  private final EntryComparison comparison = new EntryComparison(Optional.empty(), _ -> false);

  @TempDir Path temporary;
  private Path tree = Path.of("/");

  @BeforeEach
  void makeFileWithThreeNames() throws IOException {
    tree = temporary.toRealPath();
    Files.writeString(tree.resolve("a"), "hello");
    Files.createLink(tree.resolve("b"), tree.resolve("a"));
    // So that the second one still has another beside it when the first is gone.
    Files.createLink(tree.resolve("c"), tree.resolve("a"));
  }

  @Test
  void theSecondNameLeadsToTheFirst() throws IOException {
    try (TreeWalk walk = walk()) {
      Compared first = comparison.compare(find(walk, "a"));
      assertThat(first.verdict()).isEqualTo(Verdict.NEW);
      assertThat(first.hasContent()).isTrue();
      Compared second = comparison.compare(find(walk, "b"));
      assertThat(second.hardLink()).isEqualTo(first.found().path());
      assertThat(second.hasContent()).isFalse();
    }
  }

  @Test
  void ifTheFirstNameIsGoneTheSecondHasTheContent() throws IOException {
    try (TreeWalk walk = walk()) {
      Found first = find(walk, "a");
      comparison.compare(first);
      Files.delete(tree.resolve("a"));
      assertThatThrownBy(() -> comparison.open(first)).isInstanceOf(PosixException.class);
      assertThat(comparison.compare(find(walk, "b")).hasContent()).isTrue();
    }
  }

  @Test
  void ifTheFirstNameWasGivenToAnotherFileTheSecondHasTheContent() throws IOException {
    try (TreeWalk walk = walk()) {
      Found first = find(walk, "a");
      comparison.compare(first);
      Files.delete(tree.resolve("a"));
      Files.writeString(tree.resolve("a"), "another file");
      comparison.open(first).orElseThrow().file().close();
      assertThat(comparison.compare(find(walk, "b")).hasContent()).isTrue();
    }
  }

  @Test
  void whatIsNoRegularFileAnyMoreIsNotRead() throws IOException {
    try (TreeWalk walk = walk()) {
      Found first = find(walk, "a");
      comparison.compare(first);
      Files.delete(tree.resolve("a"));
      Files.createDirectory(tree.resolve("a"));
      assertThat(comparison.open(first)).isEmpty();
    }
  }

  private TreeWalk walk() throws IOException {
    return new TreeWalk(
        List.of(tree),
        new WalkOptions(
            Excludes.of(List.of()),
            WalkOptions.Caches.INCLUDED,
            WalkOptions.Mounts.CROSSED,
            Set.of()),
        (path, why) -> {
          throw new IllegalStateException(path, why);
        });
  }

  private Found find(TreeWalk walk, String name) throws IOException {
    while (true) {
      Found found = walk.next().orElseThrow();
      if (found.path().equals(tree.resolve(name).toString().substring(1))) {
        return found;
      }
    }
  }
}
