package io.holdfast.engine.files;

import static io.holdfast.engine.files.HandmadeTrees.directory;
import static io.holdfast.engine.files.HandmadeTrees.file;
import static io.holdfast.engine.files.HandmadeTrees.hardLink;
import static io.holdfast.engine.files.HandmadeTrees.link;
import static io.holdfast.engine.files.HandmadeTrees.pipe;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.concurrent.Workers;
import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.files.FilesRestoreRequest.Existing;
import io.holdfast.engine.files.FilesRestoreRequest.Owners;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.files.posix.Accounts;
import io.holdfast.files.posix.Changes;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.Handle;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.testing.MemoryChunks;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.SortedTreeWriter;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Somebody swaps directories and files of the target for links that lead out of it, while a
/// restore writes there. Entries may suffer; outside nothing is ever made, written, removed or
/// given other metadata, not even for a moment: the kernel's time of the last change of each entry
/// stays what it was.
class SwappedDirectoriesTest {
  private static final int DIRECTORIES = 24;
  private static final int FILES = 10;
  private static final int LINKS_MET = Seeds.thorough() ? 20_000 : 500;
  private static final int RESTORES_MAX = Seeds.thorough() ? 40_000 : 2_000;

  private final EngineContext context = TestEngine.context();
  private final MemoryChunks chunks = new MemoryChunks();

  @TempDir Path temporary;

  private Path target = Path.of("/");
  private Path outside = Path.of("/");
  private Path aside = Path.of("/");

  @BeforeEach
  void makePlaces() throws IOException {
    target = Files.createDirectory(temporary.toRealPath().resolve("target"));
    outside = Files.createDirectory(temporary.toRealPath().resolve("outside"));
    aside = Files.createDirectory(temporary.toRealPath().resolve("aside"));
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void nothingIsWrittenThroughLinksThatComeAndGoWhileTheRestoreRuns() throws IOException {
    List<TreeReader> trees = List.of(tree("old"), tree("newer"));
    fillOutside();
    String before = state(outside);
    Swapper swapper = new Swapper(target, outside, aside);
    long met = 0;
    int restores = 0;
    try (Workers workers = Workers.platform("swap")) {
      workers.start(swapper::run);
      while (met < LINKS_MET && restores < RESTORES_MAX) {
        RestoreTally tally = new RestoreTally();
        long swaps = swapper.swaps();
        restore(trees.get(restores++ / 2 % 2), tally);
        met += swapper.swaps() > swaps ? linksMet(tally) : 0;
        assertThat(state(outside)).as("after restore %d", restores).isEqualTo(before);
      }
      swapper.stop();
      workers.join();
    }
    assertThat(met).as("links that %d restores met", restores).isGreaterThanOrEqualTo(LINKS_MET);

    RestoreTally undisturbed = new RestoreTally();
    restore(trees.getFirst(), undisturbed);
    assertThat(undisturbed.problems.texts()).isEmpty();
    assertThat(target.resolve("d3/deep/f4")).hasContent("old 4");
    assertThat(state(outside)).isEqualTo(before);
  }

  @Test
  void aTargetThatIsSwappedForALinkIsNotOpenedAgain() throws IOException {
    SortedTreeWriter writer = new SortedTreeWriter(chunks, Optional.empty());
    file(writer, "a", "good");
    hardLink(writer, "b", FileKind.FILE, "a");
    directory(writer, "d", 040777);
    file(writer, "d/a", "good");
    Files.writeString(outside.resolve("a"), "precious");
    Files.createDirectory(outside.resolve("d"));
    String before = state(outside);
    RestoreTally tally = new RestoreTally();
    TreeReader tree = TreeReader.open(chunks, writer.finish().root());
    try (TreeOutlet outlet = outlet(tree, tally)) {
      Path moved = Files.move(target, aside.resolve("target"));
      Files.createSymbolicLink(target, outside);
      tree.forEachFile(file -> take(outlet, file));
      outlet.finish();

      assertThat(state(outside)).isEqualTo(before);
      assertThat(tally.problems.texts()).isEmpty();
      assertThat(moved.resolve("b")).hasContent("good");
      assertThat(Files.getAttribute(moved.resolve("a"), "unix:nlink")).isEqualTo(2);
      assertThat(moved.resolve("d/a")).hasContent("good");
    }
  }

  /// Two ways for each kind of entry: what is there outside could be replaced or given other
  /// metadata, what is not could be made.
  private void fillOutside() throws IOException {
    for (int i = 0; i < DIRECTORIES; i++) {
      Path deep = Files.createDirectories(outside.resolve("d" + i + "/deep"));
      for (int k = 0; k < FILES; k += 2) {
        Files.writeString(deep.resolve("f" + k), "precious");
      }
      if (i % 2 == 0) {
        Files.createSymbolicLink(deep.resolve("link"), Path.of("precious"));
        try (Handle in = Handle.openDirectory(deep)) {
          Changes.makeSpecial(in, "pipe".getBytes(StandardCharsets.UTF_8), FileStatus.FIFO, 0, 0);
        }
      }
    }
    if (Accounts.isRoot()) {
      try (var entries = Files.walk(outside)) {
        for (Path entry : entries.toList()) {
          Files.setAttribute(entry, "unix:uid", 65_534, LinkOption.NOFOLLOW_LINKS);
        }
      }
    }
  }

  /// Directories in directories, each with files, a further name of one in the directory before, a
  /// link and a pipe.
  private TreeReader tree(String content) throws IOException {
    SortedTreeWriter writer = new SortedTreeWriter(chunks, Optional.empty());
    for (int i : directoriesInOrder()) {
      directory(writer, "d" + i, 040777);
      directory(writer, "d" + i + "/deep", 040777);
      String deep = "d" + i + "/deep/";
      for (int k = 0; k < FILES; k++) {
        file(writer, deep + "f" + k, content + " " + k);
      }
      hardLink(writer, deep + "hard", FileKind.FILE, "d0/deep/f0");
      link(writer, deep + "link", content);
      pipe(writer, deep + "pipe");
    }
    ChunkId root = writer.finish().root();
    return TreeReader.open(chunks, root);
  }

  private static List<Integer> directoriesInOrder() {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < DIRECTORIES; i++) {
      numbers.add(i);
    }
    numbers.sort((a, b) -> ("d" + a).compareTo("d" + b));
    return numbers;
  }

  private void restore(TreeReader tree, RestoreTally tally) throws IOException {
    try (TreeOutlet outlet = outlet(tree, tally)) {
      tree.forEachFile(file -> take(outlet, file));
      outlet.finish();
    }
  }

  private TreeOutlet outlet(TreeReader tree, RestoreTally tally) throws IOException {
    FilesRestoreRequest request =
        new FilesRestoreRequest("x", "main", target, List.of(), Existing.UPDATE, Owners.BY_NUMBER);
    return new TreeOutlet(context, tree, new Selection(List.of()), request, tally);
  }

  private static void take(TreeOutlet outlet, TreeFile file) {
    try {
      outlet.take(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What a restore says that came upon a link instead of a directory or file.
  private static long linksMet(RestoreTally tally) {
    return tally.problems.texts().stream()
        .filter(text -> text.contains("ot a directory") || text.contains("symbolic links"))
        .count();
  }

  private static String state(Path outside) throws IOException {
    StringBuilder state = new StringBuilder();
    try (var entries = Files.walk(outside)) {
      for (Path entry : entries.sorted().toList()) {
        state.append(entry).append(' ');
        state.append(
            Files.readAttributes(
                entry,
                "unix:mode,uid,gid,nlink,size,ino,lastModifiedTime,ctime",
                LinkOption.NOFOLLOW_LINKS));
        state.append('\n');
      }
    }
    return state.toString();
  }
}
