package io.holdfast.engine.files;

import static io.holdfast.engine.files.HandmadeTrees.directory;
import static io.holdfast.engine.files.HandmadeTrees.facts;
import static io.holdfast.engine.files.HandmadeTrees.file;
import static io.holdfast.engine.files.HandmadeTrees.hardLink;
import static io.holdfast.engine.files.HandmadeTrees.link;
import static io.holdfast.engine.files.HandmadeTrees.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.files.FilesRestoreRequest.Existing;
import io.holdfast.engine.files.FilesRestoreRequest.Owners;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.testing.MemoryChunks;
import io.holdfast.repository.tree.Attributes;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.SortedTreeWriter;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Trees that somebody wrote who holds the key and means harm, and targets that somebody prepared:
/// nothing outside of the target is ever written, made, removed or given other metadata.
class HostileTreeTest {
  private final EngineContext context = TestEngine.context();
  private final MemoryChunks chunks = new MemoryChunks();
  private final RestoreTally tally = new RestoreTally();

  @TempDir Path temporary;

  private Path target = Path.of("/");
  private Path outside = Path.of("/");
  private String before = "";

  @BeforeEach
  void makeOutside() throws IOException {
    outside = Files.createDirectory(temporary.toRealPath().resolve("outside"));
    target = Files.createDirectory(temporary.toRealPath().resolve("target"));
    Files.writeString(outside.resolve("precious"), "precious");
    Files.createDirectory(outside.resolve("directory"));
    before = state();
  }

  @Test
  void aLinkInTheTreeIsNotGoneThrough() throws IOException {
    SortedTreeWriter writer = new SortedTreeWriter(chunks, Optional.empty());
    link(writer, "a", outside.toString());
    file(writer, "a/new", "evil");
    file(writer, "a/precious", "evil");
    link(writer, "b", "../outside");
    directory(writer, "b/directory", 040777);
    file(writer, "c", "good");
    restore(writer, Existing.REFUSE);

    assertThat(state()).isEqualTo(before);
    assertThat(tally.problems.count()).isEqualTo(3);
    assertThat(Files.readString(target.resolve("c"))).isEqualTo("good");
  }

  @Test
  void aLinkThatLiesInTheTargetIsNotGoneThrough() throws IOException {
    Files.createSymbolicLink(target.resolve("a"), outside);
    Files.createSymbolicLink(target.resolve("f"), outside.resolve("precious"));
    Files.createLink(target.resolve("g"), outside.resolve("precious"));
    for (int i = 0; i < 9; i++) {
      Files.createSymbolicLink(
          target.resolve(".holdfast-restore-" + i), outside.resolve("precious"));
    }
    before = state();
    SortedTreeWriter writer = new SortedTreeWriter(chunks, Optional.empty());
    directory(writer, "a", 040777);
    file(writer, "a/precious", "evil");
    file(writer, "f", "good");
    file(writer, "g", "good");
    for (int i = 100; i < 300; i++) {
      Files.writeString(target.resolve("h" + i), "old");
      file(writer, "h" + i, "good " + i);
    }
    restore(writer, Existing.UPDATE_BY_CONTENT);

    // The hard link was one more name of it: that one is gone, the file is as it was.
    assertThat(state()).isEqualTo(before.replace("links 2", "links 1"));
    assertThat(tally.problems.texts()).isEmpty();
    assertThat(Files.isDirectory(target.resolve("a"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(Files.readString(target.resolve("a/precious"))).isEqualTo("evil");
    assertThat(Files.readString(target.resolve("f"))).isEqualTo("good");
    assertThat(Files.isSymbolicLink(target.resolve("f"))).isFalse();
    for (int i = 100; i < 300; i++) {
      assertThat(Files.readString(target.resolve("h" + i))).isEqualTo("good " + i);
    }
  }

  @Test
  void metadataOfALinkIsNotThatOfWhatItPointsTo() throws IOException {
    SortedTreeWriter writer = new SortedTreeWriter(chunks, Optional.empty());
    link(writer, "l", outside.resolve("precious").toString());
    hardLink(writer, "m", FileKind.SYMLINK, "l");
    restore(writer, Existing.REFUSE);
    assertThat(state()).isEqualTo(before);
    assertThat(Files.isSymbolicLink(target.resolve("m"))).isTrue();
  }

  @Test
  void hardLinksReachNothingButFirstNamesOfTheTree() throws IOException {
    SortedTreeWriter writer = new SortedTreeWriter(chunks, Optional.empty());
    link(writer, "a", outside.toString());
    file(writer, "b", "good");
    hardLink(writer, "c", FileKind.FILE, "a/precious");
    hardLink(writer, "d", FileKind.FILE, "../outside/precious");
    hardLink(writer, "e", FileKind.FILE, outside.resolve("precious").toString());
    hardLink(writer, "f", FileKind.FILE, "f");
    hardLink(writer, "g", FileKind.FILE, "z");
    hardLink(writer, "h", FileKind.FILE, "b");
    hardLink(writer, "i", FileKind.FILE, "h");
    hardLink(writer, "j", FileKind.FILE, "a");
    file(writer, "z", "good");
    restore(writer, Existing.REFUSE);

    assertThat(state()).isEqualTo(before);
    assertThat(tally.problems.count()).isEqualTo(7);
    assertThat(Files.getAttribute(target.resolve("h"), "unix:nlink")).isEqualTo(2);
    try (var entries = Files.list(target)) {
      assertThat(entries.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("a", "b", "h", "z");
    }
  }

  @Test
  void escapedNamesCannotHideASlashOrDots() throws IOException {
    String slash = Character.toString(0x10ff00 + '/');
    String dot = Character.toString(0x10ff00 + '.');
    SortedTreeWriter writer = new SortedTreeWriter(chunks, Optional.empty());
    file(writer, "good", "good");
    file(writer, Character.toString(0x10ff00) + "x", "evil");
    directory(writer, dot + dot, 040777);
    file(writer, dot + dot + "/outside", "evil");
    file(writer, dot + dot + slash + "outside" + slash + "precious", "evil");
    restore(writer, Existing.REFUSE);

    assertThat(state()).isEqualTo(before);
    assertThat(tally.problems.count()).isEqualTo(4);
    try (var entries = Files.list(target)) {
      assertThat(entries.map(path -> path.getFileName().toString())).containsExactly("good");
    }
  }

  @Test
  void factsThatAreNoneAreAProblemOfThatEntryAlone() throws IOException {
    SortedTreeWriter writer = new SortedTreeWriter(chunks, Optional.empty());
    put(writer, "a", FileKind.FILE, 0100600, "", Attributes.of(new byte[] {9, 9}), "x");
    put(writer, "b", FileKind.FILE, 0100600, "", Attributes.of(facts("", 1L << 40).encode()), "x");
    file(writer, "c", "good");
    restore(writer, Existing.REFUSE);
    assertThat(tally.problems.count()).isEqualTo(2);
    assertThat(Files.readString(target.resolve("c"))).isEqualTo("good");
  }

  @Test
  void aDirectoryInTheWayIsAProblemOfThatEntryAlone() throws IOException {
    Files.createDirectories(target.resolve("a/mine"));
    Files.createDirectories(target.resolve("b/mine"));
    Files.createDirectories(target.resolve("d/mine"));
    SortedTreeWriter writer = new SortedTreeWriter(chunks, Optional.empty());
    file(writer, "a", "good");
    link(writer, "b", "c");
    file(writer, "c", "good");
    hardLink(writer, "d", FileKind.FILE, "c");
    file(writer, "e", "good");
    restore(writer, Existing.UPDATE);

    assertThat(tally.problems.texts())
        .hasSize(3)
        .allMatch(text -> text.contains("a directory is in the way"));
    assertThat(Files.readString(target.resolve("c"))).isEqualTo("good");
    assertThat(Files.readString(target.resolve("e"))).isEqualTo("good");
    assertThat(target.resolve("a/mine")).isDirectory();
  }

  /// Everything about what lies outside.
  private String state() throws IOException {
    StringBuilder state = new StringBuilder();
    try (var entries = Files.walk(outside)) {
      for (Path entry : entries.sorted().toList()) {
        var facts =
            Files.readAttributes(
                entry, "unix:mode,uid,gid,nlink,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
        state
            .append(entry)
            .append(" mode " + facts.get("mode") + " " + facts.get("uid") + " " + facts.get("gid"))
            .append(" links " + (Files.isDirectory(entry) ? "" : facts.get("nlink")))
            .append(" " + facts.get("lastModifiedTime"))
            .append(Files.isRegularFile(entry) ? Files.readString(entry) : "")
            .append('\n');
      }
    }
    return state.toString();
  }

  private void restore(SortedTreeWriter writer, Existing existing) throws IOException {
    ChunkId root = writer.finish().root();
    TreeReader tree = TreeReader.open(chunks, root);
    FilesRestoreRequest request =
        new FilesRestoreRequest("x", "main", target, List.of(), existing, Owners.BY_NUMBER);
    try (TreeOutlet outlet =
        new TreeOutlet(context, tree, new Selection(List.of()), request, tally)) {
      tree.forEachFile(file -> take(outlet, file));
      outlet.finish();
    }
  }

  private static void take(TreeOutlet outlet, TreeFile file) {
    try {
      outlet.take(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
