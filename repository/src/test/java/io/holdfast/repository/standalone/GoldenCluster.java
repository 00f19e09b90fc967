package io.holdfast.repository.standalone;

import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeWriter;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import io.holdfast.repository.wal.WalSealer;
import io.holdfast.storage.LocalBlobStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// Writes a repository with two backups of a made-up cluster that have something of everything that
/// trees and WAL can hold. The second begins on a timeline that began in the same segment.
final class GoldenCluster {
  static final String SOURCE = "main";
  static final long SYSTEM = 7710685349549766682L;
  static final int SEGMENT = 1 << 20;
  static final long SWITCH = 0x2130000;
  static final long FIRST_START = 0x2000028;
  static final long FIRST_STOP = 0x2110040;
  static final long SECOND_START = 0x2140028;
  static final long SECOND_STOP = 0x2150000;

  private static final FileLayout PAGED = new FileLayout.Paged(8192);
  private static final FileLayout STREAM = new FileLayout.Stream();
  private static final FileLayout LINES = new FileLayout.Lines();
  private static final int EXTENT = FileLayout.EXTENT_BYTES;

  private GoldenCluster() {}

  static Repository open(Path directory, long seed) throws IOException {
    return Repositories.open(store(directory, seed), seed);
  }

  private static LocalBlobStore store(Path directory, long seed) throws IOException {
    return LocalBlobStore.open(directory, () -> Repositories.NOW, Seeds.entropy(seed));
  }

  /// @param directory empty
  static void write(Path directory) throws IOException {
    byte[] relation = pages(150, 1);
    try (Repository repository = Repositories.init(store(directory, 1), 2)) {
      writeWal(repository, directory);
      StoredSnapshot first = backUp(repository, "first", Optional.empty(), relation, 1);
      for (int page = 3; page < 100; page += 31) {
        Arrays.fill(relation, page * 8192 + 40, page * 8192 + 8000, (byte) page);
      }
      Arrays.fill(relation, 7 * 8192, 8 * 8192, (byte) 0);
      backUp(repository, "second", Optional.of(first), relation, 2);
    }
  }

  private static StoredSnapshot backUp(
      Repository repository,
      String name,
      Optional<StoredSnapshot> parent,
      byte[] relation,
      int number)
      throws IOException {
    try (BackupSession session = repository.beginSession()) {
      TreeWriter cluster = writer(repository, session, parent, "cluster");
      boolean isFirst = number == 1;
      put(cluster, "PG_VERSION", STREAM, ascii("15\n"));
      put(cluster, "backup_label", STREAM, ascii("START WAL LOCATION " + name + "\n"));
      put(cluster, "tablespace_map", STREAM, ascii("16384 /somewhere/else\n"));
      put(cluster, "base/5/1259", PAGED, relation);
      put(cluster, "base/5/1259_fsm", PAGED, new byte[3 * 8192]);
      put(cluster, "base/5/zeros", PAGED, new byte[EXTENT + 5 * 8192]);
      put(cluster, "base/5/torn", PAGED, Arrays.copyOf(pages(70, 3), EXTENT + 8192 + 100));
      put(cluster, "base/5/grows", PAGED, pages(isFirst ? 3 : 9, 4));
      put(cluster, "base/5/shrinks", PAGED, pages(isFirst ? 130 : 20, 5));
      put(cluster, isFirst ? "base/5/goes" : "base/5/comes", PAGED, pages(2, 6));
      put(cluster, "base/5/empty", PAGED, new byte[0]);
      put(cluster, "global/pg_control", STREAM, Arrays.copyOf(ascii("control " + name), 8192));
      put(cluster, "pg_tblspc/16384/PG_15_202209061/5/9", PAGED, pages(4, 7));
      put(cluster, "pg_tblspc/16385/in place", STREAM, ascii("stays in the data directory"));
      put(cluster, "pg_stat/Größe", STREAM, pages(1, 8));
      entry(cluster, "pg_wal", FileKind.DIRECTORY, "");
      entry(cluster, "pg_replslot", FileKind.DIRECTORY, "");
      entry(cluster, "linked", FileKind.SYMLINK, "/etc/passwd");
      var summary = cluster.finish();
      TreeWriter side = writer(repository, session, parent, "side");
      put(side, "backup_manifest", LINES, lines(number));
      put(side, "configuration.index", LINES, ascii("origin=FILES\n0 /etc/postgresql.conf\n"));
      put(side, "configuration/0", LINES, ascii("port = 5432\n"));
      var roots = new TreeMap<String, ChunkId>();
      roots.put("cluster", summary.root());
      roots.put("side", side.finish().root());
      return session.commit(
          new SnapshotRecord(
              name,
              SOURCE,
              "physical",
              isFirst ? "full" : "incremental",
              parent.map(p -> p.record().name()),
              Repositories.NOW.plusSeconds(number),
              Repositories.NOW.plusSeconds(number + 1),
              summary.logicalBytes(),
              0,
              summary.files(),
              attributes(isFirst),
              roots));
    }
  }

  /// The same under another name, as another kind, or with another tree of files.
  static SnapshotRecord like(SnapshotRecord from, String name, String kind, ChunkId cluster) {
    var roots = new TreeMap<>(from.roots());
    roots.put("cluster", cluster);
    return new SnapshotRecord(
        name,
        from.source(),
        kind,
        from.type(),
        from.parent(),
        from.startedAt(),
        from.completedAt(),
        from.logicalBytes(),
        0,
        from.files(),
        from.attributes(),
        roots);
  }

  private static SortedMap<String, String> attributes(boolean isFirst) {
    var attributes = new TreeMap<String, String>();
    attributes.put("systemIdentifier", Long.toString(SYSTEM));
    attributes.put("serverVersion", "15.18");
    attributes.put("timeline", isFirst ? "1" : "2");
    attributes.put("startLsn", "0/" + Long.toHexString(isFirst ? FIRST_START : SECOND_START));
    attributes.put("stopLsn", "0/" + Long.toHexString(isFirst ? FIRST_STOP : SECOND_STOP));
    attributes.put("walSegmentBytes", Integer.toString(SEGMENT));
    attributes.put("tablespace.0", "16384 /somewhere/else");
    return attributes;
  }

  private static TreeWriter writer(
      Repository repository, BackupSession session, Optional<StoredSnapshot> parent, String tree)
      throws IOException {
    Optional<TreeReader> before = Optional.empty();
    if (parent.isPresent()) {
      before = Optional.of(TreeReader.open(repository.reader(), parent.get().record().root(tree)));
    }
    return new TreeWriter(session.chunks(), before);
  }

  private static void put(TreeWriter tree, String path, FileLayout layout, byte[] bytes)
      throws IOException {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    String digest = HexFormat.of().toHexDigits(Integer.reverseBytes((int) crc.getValue()));
    tree.putSmallFile(
        new FileEntry(
            path,
            FileKind.FILE,
            bytes.length,
            0600,
            1_700_000_000,
            "",
            "101",
            "102",
            Digest.of(ascii(digest))),
        layout,
        bytes);
  }

  private static void entry(TreeWriter tree, String path, FileKind kind, String target)
      throws IOException {
    tree.putFile(
        new FileEntry(path, kind, 0, 0700, 1_700_000_000, target, "101", "102", Digest.NONE),
        STREAM);
  }

  /// Ranges that overlap, one in two pieces, one damaged and stored again, a gap, and a timeline
  /// that begins in the middle of a segment.
  private static void writeWal(Repository repository, Path directory) throws IOException {
    WalArchive archive =
        WalArchive.open(
            repository.store(),
            WalSealer.of(repository.domain("wal/" + SOURCE)),
            SOURCE,
            SYSTEM,
            SEGMENT);
    archive.putFile("00000002.history", ascii("1\t0/2130000\tno target specified\n"));
    put(archive, 1, 0x2000000, 0x2080000);
    put(archive, 1, 0x2070000, 0x2100000);
    spoil(directory, "0000000002070000-0000000002100000");
    put(archive, 1, 0x2070000, 0x2100000);
    put(archive, 1, 0x2100000, 0x2110040);
    put(archive, 1, 0x2110040, 0x2138000);
    put(archive, 1, 0x2400000, 0x2400100);
    put(archive, 2, SWITCH, 0x2180000);
  }

  private static void put(WalArchive archive, int timeline, long start, long end)
      throws IOException {
    byte[] bytes = wal(timeline, start, end);
    archive.put(new WalRange(timeline, start, end), bytes, 0, bytes.length, new byte[] {1, 2});
  }

  /// What was written at these positions: mostly zeros; on timeline 2 other bytes than on 1.
  static byte[] wal(int timeline, long start, long end) {
    byte[] bytes = new byte[(int) (end - start)];
    for (int i = 0; i < bytes.length; i++) {
      long position = start + i;
      bytes[i] = position % 61 == 0 ? (byte) (timeline * 7L + position / 61 % 5) : 0;
    }
    return bytes;
  }

  private static void spoil(Path directory, String name) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      Path file = files.filter(f -> f.endsWith(name)).findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.write(file, bytes);
    }
  }

  /// Pages that compress well and differ.
  private static byte[] pages(int count, long seed) {
    byte[] bytes = new byte[count * 8192];
    SplittableRandom random = Seeds.random(seed);
    for (int page = 0; page < count; page++) {
      byte[] word = new byte[8 + random.nextInt(24)];
      random.nextBytes(word);
      for (int i = 0; i < 8192; i++) {
        bytes[page * 8192 + i] = word[i % word.length];
      }
    }
    return bytes;
  }

  private static byte[] lines(int number) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 4_000; i++) {
      text.append("{ \"Path\": \"base/5/").append(i % 250 == 9 ? i * number : i).append("\" },\n");
    }
    return ascii(text.toString());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
