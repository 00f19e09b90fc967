package io.holdfast.repository.standalone;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Secret;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.KeyMaterial;
import io.holdfast.repository.PrunePolicy;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.SnapshotReferences;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.WalFloor;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.storage.LocalBlobStore;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The reader gives what the product's own reader gives. `-Dholdfast.golden-cluster=FILE` writes
/// the golden repository anew; a change of what is stored needs a new format version.
final class StandAloneReaderTest {
  static final String GOLDEN = "golden-cluster-v1.zip";

  private static final PrunePolicy PRUNE_ALL =
      new PrunePolicy(0, 1, Duration.ofHours(24), Duration.ZERO, Duration.ZERO);

  private static final SnapshotReferences EVERY_CHUNK =
      (chunks, snapshot, each) -> {
        for (ChunkId root : snapshot.record().roots().values()) {
          TreeReader.open(chunks, root).forEachChunk(each);
        }
      };

  @TempDir Path scratch = Path.of("");
  private LoadedReader reader;

  @BeforeEach
  void compile() throws Exception {
    reader = LoadedReader.compile(Files.createDirectory(scratch.resolve("classes")));
  }

  @AfterEach
  void close() throws Exception {
    reader.close();
  }

  @Test
  void goldenRepositoryCanBeWrittenAnew() throws Exception {
    Path written = Files.createDirectory(scratch.resolve("written"));
    GoldenCluster.write(written);
    String target = System.getProperty("holdfast.golden-cluster");
    if (target != null) {
      GoldenFiles.pack(written, Path.of(target));
    }
    requireSame(written, "first", 1);
  }

  @Test
  void firstBackupOfTheGoldenRepositoryComesBackByteForByte() throws Exception {
    requireSame(golden(), "first", 1);
  }

  @Test
  void backupThatBuildsOnAnotherComesBackByteForByteOnItsOwnTimeline() throws Exception {
    requireSame(golden(), "latest", 2);
  }

  @Test
  void allWalBehindABackupComesBackUpToTheFirstGap() throws Exception {
    Path repository = golden();
    Path to = scratch.resolve("to");
    LoadedReader.Ended ended =
        reader.run(
            "extract", repository.toString(), "first", "--to", to.toString(), "--wal", "all");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.out()).contains("write-ahead log from 0/2000028 to 0/2138000");
    byte[] second = Files.readAllBytes(to.resolve("data/pg_wal/000000010000000000000021"));
    assertThat(second)
        .isEqualTo(
            Arrays.copyOf(GoldenCluster.wal(1, 0x2100000, 0x2138000), GoldenCluster.SEGMENT));
  }

  @Test
  void listNamesEveryBackupAndLeavesOutWhatIsForgotten() throws Exception {
    LoadedReader.Ended ended = reader.run("list", golden().toString());
    assertThat(ended.err()).isEmpty();
    assertThat(ended.status()).isZero();
    assertThat(ended.out().lines().map(line -> line.replaceAll(" .*", "")))
        .containsExactly("first", "second");

    for (String name : List.of("golden-v1.zip", "golden-v1-key-times.zip")) {
      Path forgotten = GoldenFiles.unpack(name, Files.createDirectory(scratch.resolve(name)));
      LoadedReader.Ended older = reader.run("list", forgotten.toString());
      assertThat(older.status()).as(older.err()).isZero();
      assertThat(older.out().lines().map(line -> line.replaceAll(" .*", "")))
          .as(name)
          .containsExactly("second");
    }
  }

  @Test
  void positionsBelowWhichWalMayBeGoneAreNoHindrance() throws Exception {
    Path golden = golden();
    try (Repository repository = GoldenCluster.open(golden, 97)) {
      WalFloor floor = new WalFloor("ab".repeat(16), 2, 1 << 24);
      var _ = repository.walFloors().announce(List.of(floor), PrunePolicy.DEFAULT);
      assertThat(repository.walFloors().announced()).containsExactly(floor);
    }
    requireSame(golden, "latest", 2);
  }

  @Test
  void chunksOfTheOldestGoldenRepositoryAreNoTreeAndThatIsDamage() throws Exception {
    Path repository =
        GoldenFiles.unpack("golden-v1.zip", Files.createDirectory(scratch.resolve("v1")));
    LoadedReader.Ended ended =
        reader.run("extract", repository.toString(), "second", "--to", scratch + "/to");
    assertThat(ended.status()).as(ended.err()).isEqualTo(4);
    assertThat(ended.err()).contains("does not begin with HFTR");
  }

  @Test
  void backupOfAnotherKindComesBackTreeByTreeWithItsLinks() throws Exception {
    Path golden = golden();
    try (Repository repository = GoldenCluster.open(golden, 97);
        BackupSession session = repository.beginSession()) {
      SnapshotRecord first = repository.snapshots().getFirst().record();
      session.commit(GoldenCluster.like(first, "other", "folders", first.root("cluster")));
    }
    Path to = scratch.resolve("to");
    LoadedReader.Ended ended =
        reader.run("extract", golden.toString(), "other", "--to", to.toString());
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(Files.readSymbolicLink(to.resolve("cluster/linked"))).hasToString("/etc/passwd");
    Files.delete(to.resolve("cluster/linked"));
    Map<String, byte[]> expected = expected(golden, 1, to);
    for (String path : List.of("base/5/1259", "base/5/torn", "global/pg_control")) {
      assertThat(to.resolve("cluster").resolve(path))
          .hasBinaryContent(requireNonNull(expected.get("data/" + path)));
    }
  }

  @Test
  void backupComesBackWhereTheIndexIsGone() throws Exception {
    Path golden = golden();
    for (Path delta : GoldenFiles.under(golden.resolve("idx"))) {
      Files.delete(delta);
    }
    Path to = scratch.resolve("to");
    LoadedReader.Ended ended =
        reader.run("extract", golden.toString(), "latest", "--to", to.toString());
    assertThat(ended.status()).as(ended.err()).isEqualTo(4);
    assertThat(ended.err())
        .contains("the tables of the packs are used instead", "the backup is whole")
        .doesNotContain("error: ");
    requireFiles(to, expected(GoldenFiles.unpack(GOLDEN, scratch.resolve("whole")), 2, to));
  }

  @Test
  void pruneLeavesNothingThatTheReaderTakesForDamage() throws Exception {
    Path golden = golden();
    Path to = scratch.resolve("to");
    Map<String, byte[]> expected = expected(golden, 2, to);
    try (Repository repository = GoldenCluster.open(golden, 95)) {
      repository.forget(List.of(repository.snapshots().getFirst().id()));
      assertThat(repository.pruning(EVERY_CHUNK).run(PRUNE_ALL).buried()).isTrue();
      assertThat(repository.pruning(EVERY_CHUNK).run(PRUNE_ALL).buried()).isTrue();
    }
    LoadedReader.Ended listed = reader.run("list", golden.toString());
    assertThat(listed.err()).isEmpty();
    assertThat(listed.out()).startsWith("second ").hasLineCount(1);
    LoadedReader.Ended ended =
        reader.run("extract", golden.toString(), "second", "--to", to.toString());
    assertThat(ended.status()).as(ended.err()).isZero();
    requireFiles(to, expected);
  }

  @Test
  void goldenRepositoryHasChunksOfEveryType() throws Exception {
    Set<ChunkType> types = new HashSet<>();
    try (Repository repository = GoldenCluster.open(golden(), 96)) {
      for (StoredSnapshot backup : repository.snapshots()) {
        TreeReader.open(repository.reader(), backup.record().root("cluster"))
            .forEachChunk((type, _) -> types.add(type));
      }
    }
    assertThat(types).containsExactlyInAnyOrder(ChunkType.values());
  }

  @Test
  void passphraseAndRecoveryKitOpenARepositoryAndAnotherKeyDoesNot() throws Exception {
    Path directory = Files.createDirectory(scratch.resolve("locked"));
    var store =
        LocalBlobStore.open(
            directory, () -> Repositories.NOW, io.holdfast.base.testing.Seeds.entropy(3));
    String kit;
    try (var made =
        new Made(
            Repository.init(
                store,
                new KeyMaterial.Passphrase(new Secret("Grüße an alle")),
                Repositories.options(77)))) {
      kit = made.initialized.recoveryKit().expose();
    }
    Path page = Files.writeString(scratch.resolve("kit"), kit);
    Path mistyped =
        Files.writeString(scratch.resolve("mistyped"), kit.replaceFirst("key-3: .", "key-3: g"));
    String place = directory.toString();

    assertThat(reader.runWith(Map.of("BACKUP_PASSPHRASE", "Grüße an alle"), "list", place))
        .isEqualTo(new LoadedReader.Ended(0, "no backups\n", ""));
    assertThat(reader.runWith(Map.of(), "list", place, "--key-file", page.toString()).status())
        .isZero();
    assertThat(reader.runWith(Map.of(), "list", place, "--key-file", mistyped.toString()))
        .isEqualTo(
            new LoadedReader.Ended(2, "", "error: line key-3: of the recovery kit is mistyped\n"));
    assertThat(reader.runWith(Map.of("BACKUP_PASSPHRASE", "Grüsse"), "list", place).status())
        .isEqualTo(2);
    assertThat(reader.run("list", place).err()).contains("opens no slot");
  }

  private record Made(Repository.Initialized initialized) implements AutoCloseable {
    @Override
    public void close() {
      initialized.repository().close();
    }
  }

  @Test
  void argon2idGivesTheTestVectorOfItsSpecification() throws Exception {
    // RFC 9106, section 5.3.
    Method hash =
        reader
            .inner("Argon2id")
            .getDeclaredMethod(
                "hash",
                byte[].class,
                byte[].class,
                byte[].class,
                byte[].class,
                int.class,
                int.class,
                int.class,
                int.class);
    hash.setAccessible(true);
    byte[] tag =
        (byte[])
            hash.invoke(
                null, filled(32, 1), filled(16, 2), filled(8, 3), filled(12, 4), 3, 32, 4, 32);
    assertThat(HexFormat.of().formatHex(tag))
        .isEqualTo("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  void wrongUseEndsWithTwoAndWritesNothing() throws Exception {
    Path full = Files.createDirectory(scratch.resolve("full"));
    Files.writeString(full.resolve("file"), "here");
    String repository = golden().toString();
    for (List<String> command :
        List.of(
            List.<String>of(),
            List.of("list"),
            List.of("list", full.toString()),
            List.of("extract", repository, "latest"),
            List.of("extract", repository, "third", "--to", scratch + "/to"),
            List.of("extract", repository, "latest", "--to", scratch + "/to", "--wal", "none"),
            List.of("extract", repository, "latest", "--to", full.toString()),
            List.of("list", repository, "--fast"))) {
      LoadedReader.Ended ended = reader.run(command.toArray(String[]::new));
      assertThat(ended.status()).as(command + ended.err()).isEqualTo(2);
    }
    assertThat(scratch.resolve("to")).doesNotExist();
    assertThat(GoldenFiles.under(full)).containsExactly(full.resolve("file"));
  }

  @Test
  void readerHasNothingOfHoldfastInIt() throws Exception {
    assertThat(LoadedReader.source()).doesNotContain("io.holdfast").doesNotContain("bouncycastle");
    assertThat(
            LoadedReader.source()
                .lines()
                .filter(line -> line.startsWith("import "))
                .map(line -> line.replaceAll("import (static )?", "")))
        .allMatch(
            line ->
                line.startsWith("java.")
                    || line.startsWith("javax.crypto.")
                    || line.startsWith("com.github.luben.zstd."));
  }

  private Path golden() throws Exception {
    return GoldenFiles.unpack(GOLDEN, Files.createDirectory(scratch.resolve("golden")));
  }

  private void requireSame(Path directory, String name, int timeline) throws Exception {
    Path to = scratch.resolve("to");
    LoadedReader.Ended ended =
        reader.run("extract", directory.toString(), name, "--to", to.toString());
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.err()).contains("the source's link linked");

    requireFiles(to, expected(directory, timeline, to));
    assertThat(Files.readSymbolicLink(to.resolve("data/pg_tblspc/16384")))
        .isEqualTo(to.resolve("tablespaces/16384"));
    assertThat(to.resolve("data/pg_replslot")).isDirectory();
    assertThat(Files.exists(to.resolve("data/linked"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(Files.getLastModifiedTime(to.resolve("data/PG_VERSION")).toInstant())
        .isEqualTo("2023-11-14T22:13:20Z");
  }

  private static void requireFiles(Path to, Map<String, byte[]> expected) throws Exception {
    Map<String, byte[]> found = new TreeMap<>();
    for (Path file : GoldenFiles.under(to)) {
      found.put(to.relativize(file).toString(), Files.readAllBytes(file));
    }
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach((path, bytes) -> assertThat(found.get(path)).as(path).isEqualTo(bytes));
  }

  /// What Holdfast itself reads, in the places where the reader puts it.
  static Map<String, byte[]> expected(Path directory, int timeline, Path to) throws Exception {
    Map<String, byte[]> expected = new TreeMap<>();
    try (Repository repository = GoldenCluster.open(directory, 98)) {
      StoredSnapshot snapshot = repository.snapshots().get(timeline - 1);
      for (String tree : List.of("cluster", "side")) {
        TreeReader files = TreeReader.open(repository.reader(), snapshot.record().root(tree));
        List<TreeFile> all = new ArrayList<>();
        files.forEachFile(all::add);
        for (TreeFile file : all) {
          if (file.entry().kind() == FileKind.FILE) {
            String path = (tree.equals("cluster") ? "data/" : "side/") + file.entry().path();
            expected.put(
                path.replace("data/pg_tblspc/16384/", "tablespaces/16384/"),
                files.readAll(file, 1 << 24));
          }
        }
      }
    }
    expected.put(
        "data/tablespace_map",
        ("16384 " + to + "/tablespaces/16384\n").getBytes(StandardCharsets.UTF_8));
    if (timeline == 1) {
      expected.put(
          "data/pg_wal/000000010000000000000020", GoldenCluster.wal(1, 0x2000000, 0x2100000));
      expected.put(
          "data/pg_wal/000000010000000000000021",
          Arrays.copyOf(
              GoldenCluster.wal(1, 0x2100000, GoldenCluster.FIRST_STOP), GoldenCluster.SEGMENT));
    } else {
      expected.put(
          "data/pg_wal/00000002.history",
          "1\t0/2130000\tno target specified\n".getBytes(StandardCharsets.US_ASCII));
      byte[] segment = new byte[GoldenCluster.SEGMENT];
      byte[] before = GoldenCluster.wal(1, 0x2100000, GoldenCluster.SWITCH);
      byte[] after = GoldenCluster.wal(2, GoldenCluster.SWITCH, GoldenCluster.SECOND_STOP);
      System.arraycopy(before, 0, segment, 0, before.length);
      System.arraycopy(after, 0, segment, before.length, after.length);
      expected.put("data/pg_wal/000000020000000000000021", segment);
    }
    return expected;
  }
}
