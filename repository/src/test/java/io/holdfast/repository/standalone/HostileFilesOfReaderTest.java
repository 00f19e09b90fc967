package io.holdfast.repository.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.Repository;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.LocalBlobStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Backups of files that somebody wrote who holds the key and means harm: the stand-alone reader
/// never makes, changes or removes anything outside of its target.
final class HostileFilesOfReaderTest {
  private static final int TREES_EACH = 25;
  private static final int SEEDS_MAX = 50;

  @TempDir Path scratch = Path.of("");
  private LoadedReader reader;
  private Path directory = Path.of("");
  private Path to = Path.of("");
  private Path outside = Path.of("");
  private String before = "";
  private long opened;

  static LongStream seeds() {
    return Seeds.stream().limit(SEEDS_MAX);
  }

  @BeforeEach
  void prepare() throws Exception {
    reader = LoadedReader.compile(Files.createDirectory(scratch.resolve("classes")));
    directory = Files.createDirectory(scratch.resolve("repository"));
    to = scratch.resolve("target");
    outside = Files.createDirectory(scratch.resolve("outside"));
    Files.writeString(outside.resolve("precious"), "precious");
    before = state();
    Repositories.init(store(1), 2).close();
  }

  @AfterEach
  void close() throws Exception {
    assertThat(state()).isEqualTo(before);
    try (var all = Files.list(scratch)) {
      assertThat(all.map(path -> path.getFileName().toString()))
          .isSubsetOf("classes", "repository", "target", "outside");
    }
    reader.close();
  }

  @Test
  void nothingIsWrittenThroughALinkOfTheTree() throws Exception {
    requireRefused(
        "it does not lie in a directory of the tree",
        TreeEntry.symlink("a", outside.toString()),
        TreeEntry.file("a/new", "evil"));
    requireRefused(
        "it does not lie in a directory of the tree",
        TreeEntry.symlink("a", outside.toString()),
        TreeEntry.directory("a/directory"));
    requireRefused(
        "it does not lie in a directory of the tree",
        TreeEntry.symlink("a", outside.toString()),
        TreeEntry.symlink("a/link", "x"));
    requireRefused("it does not lie in a directory of the tree", TreeEntry.file("a/b", "x"));
    requireRefused(
        "it does not lie in a directory of the tree",
        TreeEntry.file("a", "x"),
        TreeEntry.file("a/b", "x"));
  }

  @Test
  void linksOfTheTreeMayPointAnywhereAndAreNotFollowed() throws Exception {
    LoadedReader.Ended ended =
        extract(
            TreeEntry.directory("d"),
            TreeEntry.symlink("d/a", outside.resolve("precious").toString()),
            TreeEntry.symlink("d/b", "../../outside"),
            TreeEntry.symlink("d/c", "x").furtherNameOf("d/a"));
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(Files.isSymbolicLink(to.resolve("d/c"))).isTrue();
  }

  @Test
  void hardLinksReachNothingButFilesOfTheTree() throws Exception {
    for (String first : List.of("../outside/precious", outside + "/precious", "d/./f", "d//f")) {
      requireRefused(
          "a path that cannot be",
          TreeEntry.directory("d"),
          TreeEntry.file("d/f", "good"),
          TreeEntry.file("e").furtherNameOf(first));
    }
    for (String first : List.of("e", "f")) {
      requireRefused(
          "a further name of what comes later",
          TreeEntry.file("e").furtherNameOf(first),
          TreeEntry.file("f", "good"));
    }
    for (String first : List.of("a/precious", "a", "b", "c")) {
      requireRefused(
          "e is left out: it is a further name of " + first,
          TreeEntry.symlink("a", outside.toString()),
          TreeEntry.directory("b"),
          TreeEntry.file("e").furtherNameOf(first));
    }
    requireRefused(
        "its kind is not that of its attributes",
        TreeEntry.directory("b"),
        TreeEntry.directory("c").furtherNameOf("b"));
    requireRefused(
        "its kind is not that of its attributes",
        TreeEntry.file("b", "x"),
        TreeEntry.file("c", "x").furtherNameOf("b"));
  }

  @Test
  void escapedNamesCannotHideASlashOrDots() throws Exception {
    String slash = Character.toString(0x10ff00 + '/');
    String dots = Character.toString(0x10ff00 + '.').repeat(2);
    String nul = Character.toString(0x10ff00);
    for (String name : List.of(dots, dots + slash + "outside" + slash + "precious", nul + "x")) {
      requireRefused("an escaped byte that is plain", TreeEntry.file(name, "evil"));
      requireRefused("an escaped byte that is plain", TreeEntry.symlink("l", name));
    }
  }

  @Test
  void namesThatEscapesMakeTooLongAreCutTheSameEverywhere() throws Exception {
    String name = "n" + Character.toString(0x10ffc3).repeat(200);
    LoadedReader.Ended ended =
        extract(
            TreeEntry.directory(name),
            TreeEntry.file(name + "/" + name, "content"),
            TreeEntry.file(name + "/z").furtherNameOf(name + "/" + name),
            TreeEntry.symlink("t", name + "/" + name));
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(to.resolve("t")).hasContent("content");
    assertThat(to.resolve("t").toRealPath().resolveSibling("z")).hasContent("content");
  }

  @Test
  void pathsThatLeaveTheTreeAreRefused() throws Exception {
    for (String path : List.of("../x", "a/..", "ab//", "/a/x", "./ax", "a/./", "\0\0\0\0")) {
      String plain = "abcd";
      String name = "from " + path.replace('\0', '0');
      try (Repository repository = open();
          BackupSession session = repository.beginSession()) {
        ChunkId good = backUp(repository, name + " plain", TreeEntry.file(plain, "evil"));
        ChunkId root =
            TreeLists.of(repository, good)
                .replaced(session.chunks(), bytes("\4" + plain), bytes("\4" + path));
        GoldenTrees.commit(session, name, GoldenTrees.KIND, root);
      }
      LoadedReader.Ended ended = extract(name);
      assertThat(ended.status()).as(path + ended).isEqualTo(4);
      assertThat(ended.err()).as(path).contains("a path that cannot be");
    }
  }

  @Test
  void attributesThatDoNotFitTheirFileAreRefused() throws Exception {
    requireRefused(
        "another number of bytes", TreeEntry.file("a", "12345").sparse(1L << 30, 5L, 4L));
    requireRefused(
        "another number of bytes", TreeEntry.file("a", "12345").sparse(1L << 30, 5L, 6L));
    requireRefused("is above 4", TreeEntry.file("a", "12345").sparse(5, 1L, 5L));
    requireRefused("without bytes", TreeEntry.file("a", "12345").sparse(5, 0L, 0L, 0L, 5L));
    requireRefused(
        "a name with a zero byte", TreeEntry.file("a", "1").extended("user.a\0b", "value"));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void changedListsEndClearlyAndReachNothingOutside(long seed) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    int refused = 0;
    try (Repository repository = open();
        BackupSession session = repository.beginSession()) {
      ChunkId root = backUp(repository, "good", GoldenTrees.entries(1).toArray(TreeEntry[]::new));
      TreeLists lists = TreeLists.of(repository, root);
      for (int i = 0; i < TREES_EACH; i++) {
        ChunkId at = lists.all().get(random.nextInt(lists.all().size()));
        byte[] bytes = StandAloneReaderDamageTest.changed(random, lists.bytes(at));
        ChunkId changed = lists.changed(session.chunks(), at, bytes);
        GoldenTrees.commit(session, "changed-" + i, GoldenTrees.KIND, changed);
      }
    }
    for (int i = 0; i < TREES_EACH; i++) {
      LoadedReader.Ended ended = extract("changed-" + i);
      boolean isNewer = ended.err().contains("newer version");
      assertThat(ended.status()).as(i + ": " + ended).isIn(0, isNewer ? 2 : 4);
      assertThat(ended.err().lines().filter(line -> !line.startsWith("warning: ")))
          .as(ended.err())
          .hasSize(ended.status() == 0 ? 0 : 1)
          .allMatch(line -> line.startsWith("error: "));
      refused += ended.status() == 0 ? 0 : 1;
    }
    assertThat(refused).as("trees that were refused").isGreaterThan(TREES_EACH / 4);
  }

  private void requireRefused(String why, TreeEntry... entries) throws Exception {
    LoadedReader.Ended ended = extract(entries);
    assertThat(ended.status()).as(ended.toString()).isEqualTo(4);
    assertThat(ended.err()).contains(why);
    assertThat(state()).as(why).isEqualTo(before);
  }

  private LoadedReader.Ended extract(TreeEntry... entries) throws Exception {
    try (Repository repository = open()) {
      backUp(repository, "backup " + repository.snapshots().size(), entries);
      return extract("backup " + (repository.snapshots().size() - 1));
    }
  }

  private LoadedReader.Ended extract(String name) throws Exception {
    remove(to);
    return reader.run("extract", directory.toString(), name, "--to", to.toString());
  }

  private static void remove(Path to) throws IOException {
    if (Files.exists(to)) {
      try (var all = Files.walk(to)) {
        for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static ChunkId backUp(Repository repository, String name, TreeEntry... entries)
      throws IOException {
    return GoldenTrees.backUp(repository, name, "main", Optional.empty(), List.of(entries)).root();
  }

  private Repository open() throws IOException {
    opened++; // the clock stands still: each session needs chance of its own
    return Repositories.open(store(100 + opened), 200 + opened);
  }

  private LocalBlobStore store(long seed) throws IOException {
    return LocalBlobStore.open(directory, () -> Repositories.NOW, Seeds.entropy(seed));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// Everything about what lies outside.
  private String state() throws IOException {
    StringBuilder state = new StringBuilder();
    try (var entries = Files.walk(outside)) {
      for (Path entry : entries.sorted().toList()) {
        state
            .append(entry)
            .append(
                new java.util.TreeMap<>(
                    Files.readAttributes(
                        entry,
                        "unix:mode,uid,gid,nlink,lastModifiedTime",
                        LinkOption.NOFOLLOW_LINKS)))
            .append(Files.isRegularFile(entry) ? Files.readString(entry) : "")
            .append('\n');
      }
    }
    return state.toString();
  }
}
