package io.holdfast.repository.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Progress;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.TreeReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The stand-alone reader and backups of files. `-Dholdfast.golden-files=FILE` writes the golden
/// repository anew; a change of what is stored needs a new format version.
final class FilesOfReaderTest {
  private static final String GOLDEN = "golden-files-v1.zip";
  private static final Instant TIME =
      Instant.ofEpochSecond(TreeEntry.SECONDS, TreeEntry.NANOSECONDS);

  @TempDir Path scratch = Path.of("");
  private LoadedReader reader;
  private Path to = Path.of("");

  @BeforeEach
  void compile() throws Exception {
    reader = LoadedReader.compile(Files.createDirectory(scratch.resolve("classes")));
    to = scratch.resolve("to");
  }

  @AfterEach
  void close() throws Exception {
    reader.close();
  }

  @Test
  void theGoldenRepositoryCanBeWrittenAnew() throws Exception {
    Path written = Files.createDirectory(scratch.resolve("written"));
    GoldenTrees.write(written);
    String target = System.getProperty("holdfast.golden-files");
    if (target != null) {
      GoldenFiles.pack(written, Path.of(target));
    }
    requireReadable(written);
  }

  @Test
  void theProductReadsTheGoldenRepository() throws Exception {
    requireReadable(golden());
  }

  private static void requireReadable(Path directory) throws Exception {
    try (Repository repository = GoldenTrees.open(directory, 90)) {
      int differences = 0;
      for (StoredSnapshot backup : repository.snapshots()) {
        ChunkReader chunks = repository.reader(backup.record());
        TreeReader tree = TreeReader.open(chunks, backup.record().root("files"));
        int version = backup.record().name().equals("second") ? 2 : 1;
        byte[] big = tree.readAll(tree.file("d/big").orElseThrow(), 1 << 20);
        assertThat(Arrays.copyOf(big, big.length - 2)).isEqualTo(GoldenTrees.big(version));
        Map<ChunkId, ChunkType> all = new HashMap<>();
        tree.forEachChunk((type, id) -> all.put(id, type));
        for (var chunk : all.entrySet()) {
          differences += chunks.prefix(chunk.getValue(), chunk.getKey()).isPresent() ? 1 : 0;
        }
      }
      assertThat(differences).isOne();
      var verification = repository.verification();
      assertThat(verification.check()).isEmpty();
      assertThat(verification.verifyPacks(verification.packs(), Progress.NONE)).isEmpty();
    }
  }

  @Test
  void aBackupComesBackWithEverythingThatJavaCanMake() throws Exception {
    LoadedReader.Ended ended = extract(golden(), "first", 0);
    assertThat(ended.err().lines())
        .contains(
            "warning: 1 devices are not restored, the first is 'd/null'",
            "warning: 1 pipes are not restored, the first is 'd/pipe'",
            "warning: 1 attributes of the system (trusted, security) are not restored,"
                + " the first is 'e/Größe'")
        .anyMatch(line -> line.contains("names are no text") && line.contains("odd"))
        .hasSize(isRoot() ? 4 : 5);
    requireFiles(1);
    assertThat(Files.readSymbolicLink(to.resolve("d/link"))).isEqualTo(Path.of("../d-x"));
    requireSameFile("d/f", "d/g");
    requireSameFile("d/link", "d/link-2");
    for (String path : List.of("d", "d-x", "d/big", "d/link", "d/sparse", "e", "e/Größe")) {
      Path place = to.resolve(path);
      assertThat(Files.getLastModifiedTime(place, LinkOption.NOFOLLOW_LINKS))
          .as(path)
          .isEqualTo(FileTime.from(TIME));
      if (isRoot()) {
        assertThat(Files.readAttributes(place, "unix:uid,gid", LinkOption.NOFOLLOW_LINKS))
            .isEqualTo(Map.of("uid", TreeEntry.USER, "gid", TreeEntry.GROUP));
      }
    }
    assertThat(mode("d")).isEqualTo(040750);
    assertThat(mode("d/f")).isEqualTo(0100640);
    ByteBuffer note = ByteBuffer.allocate(100);
    Files.getFileAttributeView(to.resolve("e"), UserDefinedFileAttributeView.class)
        .read("note", note);
    assertThat(new String(note.array(), 0, note.position(), StandardCharsets.UTF_8))
        .isEqualTo("on a directory");
  }

  @Test
  void aBackupUnderNewKeysThatBuildsOnAnotherComesBack() throws Exception {
    extract(golden(), "second", 0);
    requireFiles(2);
  }

  @Test
  void aBackupInADomainOfItsOwnComesBack() throws Exception {
    extract(golden(), "tenant", 0);
    requireFiles(1);
  }

  @Test
  void aLostIndexIsReplacedByTheTablesOfThePacks() throws Exception {
    Path golden = golden();
    for (Path delta : GoldenFiles.under(golden.resolve("idx"))) {
      Files.delete(delta);
    }
    LoadedReader.Ended ended = extract(golden, "second", 4);
    assertThat(ended.err()).contains("the backup is whole").doesNotContain("error:");
    requireFiles(2);
  }

  @Test
  void theLatestNeedsAKindWhereASourceHasSeveral() throws Exception {
    Path golden = golden();
    try (Repository repository = GoldenTrees.open(golden, 91);
        BackupSession session = repository.beginSession()) {
      ChunkId root = rootOfFirst(repository);
      GoldenTrees.commit(session, "cluster", "physical", root);
    }
    LoadedReader.Ended ended = extract(golden, "latest", 2);
    assertThat(ended.err()).contains("[files, physical]: say which with --kind");
    assertThat(to).doesNotExist();
    String place = golden.toString();
    LoadedReader.Ended chosen =
        reader.run("extract", place, "latest", "--kind", "files", "--to", to.toString());
    assertThat(chosen.status()).as(chosen.err()).isZero();
  }

  @Test
  void aTargetThatHoldsSomethingIsLeftAlone() throws Exception {
    Files.createDirectory(to);
    Files.writeString(to.resolve("d-x"), "mine");
    extract(golden(), "first", 2);
    assertThat(to.resolve("d-x")).hasContent("mine");
    assertThat(GoldenFiles.under(to)).hasSize(1);
  }

  @Test
  void aDamagedFileIsNamedAndLeftOutAndTheOthersComeBack() throws Exception {
    Path golden = golden();
    try (Repository repository = GoldenTrees.open(golden, 92);
        BackupSession session = repository.beginSession()) {
      // What the index does not have cannot be read.
      ChunkId root =
          TreeLists.of(repository, rootOfFirst(repository))
              .replaced(
                  session.chunks(),
                  id(session, "version 1").toBytes(),
                  id(session, "not stored").toBytes());
      GoldenTrees.commit(session, "damaged", "files", root);
    }
    LoadedReader.Ended ended = extract(golden, "damaged", 4);
    assertThat(ended.err().lines())
        .anyMatch(line -> line.startsWith("warning: damaged: d/f is left out: "))
        .anyMatch(line -> line.startsWith("warning: damaged: d/g is left out: "))
        .contains("error: damaged: 2 entries are left out")
        .noneMatch(line -> line.contains("the backup is whole"));
    Map<String, byte[]> expected = expected(1);
    expected.keySet().removeAll(Set.of("d/f", "d/g"));
    requireFiles(expected);
    assertThat(mode("d")).as("what comes later is done all the same").isEqualTo(040750);
  }

  private static ChunkId rootOfFirst(Repository repository) throws Exception {
    List<StoredSnapshot> all = repository.snapshots();
    all = all.stream().filter(backup -> backup.record().name().equals("first")).toList();
    return all.getFirst().record().root("files");
  }

  private static ChunkId id(BackupSession session, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return session.chunks().ids().of(ChunkType.STREAM, bytes, 0, bytes.length);
  }

  @Test
  void whatANewerVersionWroteIsRefusedAsThat() throws Exception {
    Path golden = golden();
    try (Repository repository = GoldenTrees.open(golden, 93)) {
      List<TreeEntry> newer = List.of(TreeEntry.file("f", "x").version(2));
      GoldenTrees.backUp(repository, "newer-entry", "main", Optional.empty(), newer);
      try (BackupSession session = repository.beginSession()) {
        ChunkId root = rootOfFirst(repository);
        byte[] now = "HFTR\2".getBytes(StandardCharsets.US_ASCII);
        byte[] then = "HFTR\3".getBytes(StandardCharsets.US_ASCII);
        ChunkId newerRoot = TreeLists.of(repository, root).replaced(session.chunks(), now, then);
        GoldenTrees.commit(session, "newer-tree", "files", newerRoot);
      }
    }
    for (String name : List.of("newer-entry", "newer-tree")) {
      LoadedReader.Ended ended = extract(golden, name, 2);
      assertThat(ended.err()).as(name).contains("was written by a newer version of Holdfast");
      assertThat(GoldenFiles.under(to)).isEmpty();
      Files.deleteIfExists(to);
    }
  }

  private void requireSameFile(String one, String other) throws Exception {
    assertThat(Files.getAttribute(to.resolve(one), "unix:ino", LinkOption.NOFOLLOW_LINKS))
        .isEqualTo(Files.getAttribute(to.resolve(other), "unix:ino", LinkOption.NOFOLLOW_LINKS));
  }

  private int mode(String path) throws Exception {
    return (Integer) Files.getAttribute(to.resolve(path), "unix:mode");
  }

  private boolean isRoot() throws Exception {
    return Files.getAttribute(scratch, "unix:uid").equals(0);
  }

  private static Map<String, byte[]> expected(int version) {
    Map<String, byte[]> expected = new HashMap<>();
    byte[] big = GoldenTrees.big(version);
    expected.put("d/big", Arrays.copyOf(big, big.length + 2));
    expected.get("d/big")[big.length] = 1;
    expected.get("d/big")[big.length + 1] = 2;
    byte[] sparse = new byte[1 << 20];
    byte[] data = "beginmiddle".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(data, 0, sparse, 4_096, 7);
    System.arraycopy(data, 7, sparse, 4_096 + 7 + 90_000, 4);
    expected.put("d/sparse", sparse);
    expected.put("d/zeros", new byte[GoldenTrees.ZEROS]);
    expected.put("d/empty", new byte[0]);
    expected.put(version == 1 ? "d/goes" : "d/comes", ascii("something"));
    expected.put("d/f", ascii("version " + version));
    expected.put("d/g", ascii("version " + version));
    expected.put("d-x", ascii("between d and what is in it"));
    expected.put("e/Größe", ascii("named"));
    expected.put("e/" + GoldenTrees.ESCAPED, ascii("odd"));
    return expected;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void requireFiles(int version) throws Exception {
    requireFiles(expected(version));
  }

  private void requireFiles(Map<String, byte[]> expected) throws Exception {
    Map<String, byte[]> found = new HashMap<>();
    for (Path file : GoldenFiles.under(to)) {
      if (!Files.isSymbolicLink(file)) {
        found.put(to.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach((path, bytes) -> assertThat(found.get(path)).as(path).isEqualTo(bytes));
  }

  private LoadedReader.Ended extract(Path repository, String name, int status) throws Exception {
    LoadedReader.Ended ended =
        reader.run("extract", repository.toString(), name, "--to", to.toString());
    assertThat(ended.status()).as(ended.toString()).isEqualTo(status);
    return ended;
  }

  private Path golden() throws Exception {
    return GoldenFiles.unpack(GOLDEN, Files.createDirectory(scratch.resolve("golden")));
  }
}
