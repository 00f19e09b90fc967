package io.holdfast.engine.copy;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Progress;
import io.holdfast.base.SecretBytes;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.postgres.Lsn;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.KeyMaterial;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.tree.Attributes;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.SortedTreeWriter;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeWriter;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import io.holdfast.storage.BlobStore;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/// A repository with backups of a cluster that changes page by page, of some files, and with its
/// write-ahead log; without a server.
final class CopyWorld implements AutoCloseable {
  static final long CLUSTER = 42;
  static final int SEGMENT = 1 << 20;
  private static final int PAGE = 8192;
  private static final int PAGES = 200;

  final Repository source;
  private final BlobStore store;
  private final SplittableRandom random;
  private final byte[] relation = new byte[PAGES * PAGE];
  private final List<byte[]> documents = new ArrayList<>();
  private long position = 5L * SEGMENT;
  private int number;

  /// Where the next backups go.
  private String domain = Repository.MAIN_DOMAIN;

  CopyWorld(BlobStore store, long seed) throws IOException {
    this.store = store;
    this.source = Repositories.init(store, seed);
    this.random = Seeds.random(seed);
    random.nextBytes(relation);
    for (int i = 0; i < 5; i++) {
      byte[] document = new byte[20_000 + 30_000 * i];
      random.nextBytes(document);
      documents.add(document);
    }
  }

  private CopyWorld(CopyWorld before) throws IOException {
    this.store = before.store;
    this.random = before.random.split();
    this.source = Repositories.open(store, random.nextLong());
    System.arraycopy(before.relation, 0, relation, 0, relation.length);
    documents.addAll(before.documents);
    position = before.position;
    number = before.number;
    domain = before.domain;
  }

  /// The same, as a program sees it that starts now.
  CopyWorld reopen() throws IOException {
    return new CopyWorld(this);
  }

  /// The next backups go into a domain of their own.
  void into(String other) {
    domain = other;
  }

  /// Another key.
  static KeyMaterial otherKey() {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 9);
    return new KeyMaterial.RawKey(new SecretBytes(key));
  }

  /// A repository with keys of its own.
  static Repository stranger(BlobStore store, long seed) throws IOException {
    return Repository.init(store, otherKey(), Repositories.options(seed)).repository();
  }

  /// A repository in the key space of the source.
  Repository sibling(BlobStore store, long seed) throws IOException {
    return Repository.initLike(store, otherKey(), Repositories.options(seed), source).repository();
  }

  static Repository reopened(BlobStore store, long seed) throws IOException {
    return Repository.open(store, otherKey(), Repositories.options(seed));
  }

  static EngineContext context() {
    return new EngineContext(
        new SettableClock(Repositories.NOW),
        Seeds.entropy(1),
        Pause.real(),
        Progress.NONE,
        new Cancellation(),
        Map.of());
  }

  CopyReport copy(Repository target) {
    return copy(target, new CopyRequest(List.of(), Optional.empty(), CopyRequest.Wal.ALL));
  }

  CopyReport copy(Repository target, CopyRequest request) {
    return new Copy(
            context(), new OpenRepository(source, "source"), new OpenRepository(target, "target"))
        .run(request);
  }

  /// Write-ahead log goes on.
  void stream(int bytes) throws IOException {
    WalArchive archive = archive(source);
    for (int left = bytes; left > 0; ) {
      int cut = (int) Math.min(left, SEGMENT - position % SEGMENT);
      byte[] wal = new byte[cut];
      random.nextBytes(wal);
      archive.put(new WalRange(1, position, position + cut), wal, 0, cut, new byte[] {1, 2});
      position += cut;
      left -= cut;
    }
  }

  WalArchive archive(Repository repository) throws IOException {
    return SourceWal.open(repository, "main", CLUSTER, SEGMENT);
  }

  /// A few pages change, then the cluster is backed up.
  StoredSnapshot backUp() throws IOException {
    for (int i = 0; i < 6; i++) {
      byte[] page = new byte[PAGE];
      random.nextBytes(page);
      System.arraycopy(page, 0, relation, random.nextInt(PAGES) * PAGE, PAGE);
    }
    Optional<StoredSnapshot> parent =
        source.snapshots().stream()
            .filter(b -> b.record().kind().equals(PhysicalBackup.KIND))
            .filter(b -> b.record().domain().equals(domain))
            .reduce((_, later) -> later);
    try (BackupSession session = source.beginSession(domain)) {
      long start = position;
      stream(3_000);
      TreeWriter cluster = writer(session, parent, PhysicalFacts.CLUSTER_TREE);
      cluster.putFile(directory("base"), new FileLayout.Stream());
      cluster.putSmallFile(
          file("base/5/1259", relation.length), new FileLayout.Paged(PAGE), relation);
      byte[] version = ("15\n" + number).getBytes(java.nio.charset.StandardCharsets.UTF_8);
      cluster.putSmallFile(
          file("base/5/PG_VERSION", version.length), new FileLayout.Stream(), version);
      cluster.putSmallFile(
          file("base/5/zeros", 3 * PAGE), new FileLayout.Paged(PAGE), new byte[3 * PAGE]);
      TreeWriter side = writer(session, parent, PhysicalFacts.SIDE_TREE);
      byte[] manifest = manifest();
      side.putSmallFile(file("backup_manifest", manifest.length), new FileLayout.Lines(), manifest);
      var roots = new TreeMap<String, ChunkId>();
      roots.put(PhysicalFacts.CLUSTER_TREE, cluster.finish().root());
      roots.put(PhysicalFacts.SIDE_TREE, side.finish().root());
      return session.commit(
          record(PhysicalBackup.KIND, facts(start, position).toAttributes(), roots));
    }
  }

  private TreeWriter writer(BackupSession session, Optional<StoredSnapshot> parent, String tree)
      throws IOException {
    return new TreeWriter(
        session.chunks(),
        parent.isEmpty()
            ? Optional.empty()
            : Optional.of(
                TreeReader.open(
                    source.reader(parent.get().record()), parent.get().record().root(tree))));
  }

  /// One document changes, then all are backed up.
  StoredSnapshot backUpFiles() throws IOException {
    random.nextBytes(documents.get(random.nextInt(documents.size())));
    return storeFiles();
  }

  /// A byte of the largest document changes, then all are backed up.
  StoredSnapshot backUpEditedFiles() throws IOException {
    documents.getLast()[60_000] ^= 1;
    return storeFiles();
  }

  private StoredSnapshot storeFiles() throws IOException {
    try (BackupSession session = source.beginSession(domain)) {
      SortedTreeWriter writer = new SortedTreeWriter(session.chunks(), Optional.empty());
      writer.put(attributed("home", FileKind.DIRECTORY, 0), FileContent.empty());
      for (int i = 0; i < documents.size(); i++) {
        FileContent content = writer.newContent();
        byte[] document = documents.get(i);
        for (int at = 0; at < document.length; at += 50_000) {
          writer.store(content, document, at, Math.min(50_000, document.length - at));
        }
        writer.put(attributed("home/" + i, FileKind.FILE, document.length), content);
      }
      var roots = new TreeMap<String, ChunkId>();
      roots.put("files", writer.finish().root());
      return session.commit(record("files", new TreeMap<>(), roots));
    }
  }

  private SnapshotRecord record(
      String kind, SortedMap<String, String> attributes, SortedMap<String, ChunkId> roots) {
    Instant begin = Repositories.NOW.plusSeconds(60L * number++);
    return new SnapshotRecord(
        "backup-" + number,
        "main",
        kind,
        "full",
        Optional.empty(),
        begin,
        begin.plusSeconds(30),
        relation.length,
        0,
        4,
        attributes,
        roots);
  }

  private byte[] manifest() {
    StringBuilder text = new StringBuilder();
    for (int line = 0; line < 3_000; line++) {
      text.append(line % 100 == 0 ? line + number : line).append(" base/5/1259 of a manifest\n");
    }
    return text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static PhysicalFacts facts(long start, long stop) {
    return facts(1, start, stop);
  }

  static PhysicalFacts facts(int timeline, long start, long stop) {
    return new PhysicalFacts(
        CLUSTER,
        150_000,
        "15",
        timeline,
        new Lsn(start),
        new Lsn(stop),
        PAGE,
        1 << 30,
        SEGMENT,
        true,
        0,
        List.of(),
        new TreeMap<>());
  }

  private static FileEntry file(String path, long size) {
    return new FileEntry(
        path, FileKind.FILE, size, 0100600, 1, "", "10", "20", Digest.of(new byte[] {1, 2, 3}));
  }

  private static FileEntry directory(String path) {
    return new FileEntry(
        path, FileKind.DIRECTORY, 0, 0700, 1, "", "10", "20", Digest.of(new byte[0]));
  }

  private static FileEntry attributed(String path, FileKind kind, long size) {
    return new FileEntry(
        path,
        kind,
        size,
        0640,
        7,
        "",
        "me",
        "us",
        Digest.of(new byte[0]),
        Attributes.of(new byte[] {9, 8, 7}));
  }

  /// Every entry of every tree of every backup with a checksum of its content, and every byte of
  /// write-ahead log: what is compared.
  Map<String, String> everything(Repository repository) throws IOException {
    Map<String, String> all = new TreeMap<>();
    for (StoredSnapshot backup : repository.snapshots()) {
      all.putAll(contents(repository, backup));
    }
    for (WalArchive archive : SourceWal.all(repository, "main")) {
      for (WalRange range : archive.ranges(1)) {
        all.put("wal " + range, crc(archive.read(range)) + " " + crc(archive.readSummary(range)));
      }
      for (String file : archive.files()) {
        all.put("wal " + file, crc(archive.file(file).orElseThrow()));
      }
    }
    return all;
  }

  static Map<String, String> contents(Repository repository, StoredSnapshot backup)
      throws IOException {
    SnapshotRecord record = backup.record();
    Map<String, String> all = new TreeMap<>();
    all.put(record.name(), record.withStoredBytes(0).withRoots(new TreeMap<>()).toString());
    var reader = repository.reader(record);
    for (var root : record.roots().entrySet()) {
      TreeReader tree = TreeReader.open(reader, root.getValue());
      List<TreeFile> files = new ArrayList<>();
      tree.forEachFile(files::add);
      for (TreeFile file : files) {
        all.put(
            record.name() + " " + root.getKey() + " " + file,
            file.entry() + " " + file.layout() + " " + crc(tree.readAll(file, 16 << 20)));
      }
    }
    return all;
  }

  private static String crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return bytes.length + "/" + Long.toHexString(crc.getValue());
  }

  @Override
  public void close() {
    source.close();
  }
}
