package io.holdfast.engine.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.ByteSize;
import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorKind;
import io.holdfast.base.Progress;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.files.FilesBackup;
import io.holdfast.engine.files.FilesBackupRequest;
import io.holdfast.engine.files.FilesRestore;
import io.holdfast.engine.files.FilesRestoreReport;
import io.holdfast.engine.files.FilesRestoreRequest;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.engine.verify.BudgetVerify;
import io.holdfast.engine.verify.Check;
import io.holdfast.engine.verify.Verify;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.postgres.Lsn;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RepositoryOptions;
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
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The table of `docs/testing/repair.md`: one object of each kind is damaged in each way; what
/// check, verify, repair and a restore make of it stands in [Row].
class RepairTableTest {
  private static final int SEGMENT = 1 << 20;
  private static final long CLUSTER = 42;
  private static final long WAL_BEGIN = 5L * SEGMENT;
  private static final int WAL_BYTES = 4_096;
  private static final Settings SETTINGS = TestEngine.settings(Path.of("/"));

  @TempDir private static Path directory = Path.of("");
  private static final Map<BlobKey, byte[]> SOUND = new TreeMap<>();
  private static final Map<Kind, BlobKey> VICTIMS = new EnumMap<>(Kind.class);
  private static final Map<Kind, BlobKey> OTHERS = new EnumMap<>(Kind.class);
  private static SettableClock clock = new SettableClock(Repositories.NOW);

  private MemoryBlobStore store = new MemoryBlobStore();
  private int restores;

  enum Way {
    MISSING,
    CUT,
    FLIPPED,
    REPLACED
  }

  private enum Saying {
    CLEAN,
    DAMAGE,
    REFUSED
  }

  /// What a restore gives, of the cluster and of files.
  private enum Restored {
    ALL,
    /// Everything, after the next backup of the same source.
    HEALED,
    /// Files are whole, and the cluster is refused.
    FILES_ONLY,
    /// The same of every cluster.
    NO_CLUSTER,
    /// The lists of one backup are lost; when it is forgotten, all else is whole.
    LISTS_LOST,
    /// One backup is not in the list, which says so.
    LIST_DAMAGED,
    REFUSED
  }

  private record Row(Saying check, Saying verify, boolean mends, Restored restored) {
    static final Row CLOSED = new Row(Saying.REFUSED, Saying.REFUSED, false, Restored.REFUSED);
    static final Row UNSEEN = new Row(Saying.CLEAN, Saying.CLEAN, true, Restored.ALL);
    static final Row NAMED = new Row(Saying.DAMAGE, Saying.DAMAGE, false, Restored.ALL);
    static final Row MENDED = new Row(Saying.DAMAGE, Saying.DAMAGE, true, Restored.ALL);
    static final Row HEALED = new Row(Saying.DAMAGE, Saying.DAMAGE, false, Restored.HEALED);
    static final Row HEALED_WHEN_READ =
        new Row(Saying.CLEAN, Saying.DAMAGE, false, Restored.HEALED);
    static final Row LISTED = new Row(Saying.DAMAGE, Saying.DAMAGE, false, Restored.LIST_DAMAGED);
    static final Row LISTS = new Row(Saying.DAMAGE, Saying.DAMAGE, false, Restored.LISTS_LOST);
    static final Row NO_WAL = new Row(Saying.DAMAGE, Saying.DAMAGE, false, Restored.NO_CLUSTER);
    static final Row WAL = new Row(Saying.DAMAGE, Saying.DAMAGE, false, Restored.FILES_ONLY);
    static final Row ONLY_READING =
        new Row(Saying.CLEAN, Saying.DAMAGE, false, Restored.FILES_ONLY);
  }

  enum Kind {
    FORMAT,
    MAIN_KEYS,
    SLOT_IN_USE,
    OTHER_SLOT,
    SNAPSHOT,
    OPEN,
    CLOSE,
    DATA_PACK,
    METADATA_PACK,
    TOMBSTONE,
    WAL_KEYS,
    DELTA,
    SHARD,
    NEWEST_STATE,
    OLDER_STATE,
    WAL_RANGE,
    PROOF
  }

  /// Empty where nothing can be said: who removes the newest state makes the one before it the
  /// newest.
  private static Optional<Row> row(Kind kind, Way way) {
    boolean missing = way == Way.MISSING;
    return switch (kind) {
      case FORMAT, MAIN_KEYS, SLOT_IN_USE -> Optional.of(Row.CLOSED);
      case OTHER_SLOT, TOMBSTONE -> Optional.of(missing ? Row.UNSEEN : Row.NAMED);
      case SNAPSHOT -> Optional.of(Row.LISTED);
      case OPEN -> Optional.of(missing ? Row.LISTED : Row.NAMED);
      case CLOSE -> Optional.of(missing ? Row.UNSEEN : Row.LISTED);
      case DATA_PACK -> Optional.of(missing || way == Way.CUT ? Row.HEALED : Row.HEALED_WHEN_READ);
      // Its first half has all of its chunks.
      case METADATA_PACK -> Optional.of(way == Way.CUT ? Row.MENDED : Row.LISTS);
      case WAL_KEYS -> Optional.of(Row.NO_WAL);
      case DELTA, SHARD -> Optional.of(Row.MENDED);
      case NEWEST_STATE -> missing ? Optional.empty() : Optional.of(Row.MENDED);
      case OLDER_STATE, PROOF -> Optional.of(Row.UNSEEN);
      case WAL_RANGE -> Optional.of(missing ? Row.WAL : Row.ONLY_READING);
    };
  }

  @BeforeAll
  static void makeRepository() throws IOException {
    // Files have real times.
    clock = new SettableClock(TestEngine.context().clock().instant());
    Path source = Files.createDirectories(directory.resolve("source"));
    write(source, 7);
    MemoryBlobStore store = new MemoryBlobStore();
    List<String> before;
    try (Repository made = Repository.init(store, Repositories.key(), options(1)).repository()) {
      OpenRepository repository = new OpenRepository(made, "memory");
      backUpCluster(made, "cluster-1", 1);
      StoredSnapshot dropped = backUpFiles(repository, source);
      made.forget(List.of(dropped.id()));
      clock.advance(Duration.ofDays(3));
      Prune prune = new Prune(context(), repository);
      var _ = prune.run(new PruneRequest(0, 100, Duration.ZERO, Duration.ZERO, Set.of()));
      write(source, 8);
      backUpFiles(repository, source);
      backUpCluster(made, "cluster-2", 2);
      StoredSnapshot forgotten = backUpFiles(repository, source);
      made.forget(List.of(forgotten.id()));
      var _ =
          new BudgetVerify(context(), repository)
              .run(new ByteSize(1L << 30), BudgetVerify.Per.RUN, 30);
      before = new ArrayList<>();
      BackupCatalog.of(made).all().forEach(backup -> before.add(backup.record().name()));
    }
    assertThat(before).hasSize(3);
    store.list("", blob -> SOUND.put(blob.key(), new byte[0]));
    for (BlobKey key : List.copyOf(SOUND.keySet())) {
      SOUND.put(key, store.get(key, 1 << 28));
    }
    choose(store);
  }

  static Stream<Arguments> cases() {
    return Stream.of(Kind.values())
        .flatMap(
            kind ->
                Stream.of(Way.values())
                    .filter(way -> row(kind, way).isPresent())
                    .map(way -> Arguments.of(kind, way)));
  }

  @Test
  void theSoundRepositoryHasNothingToSayAndEveryKindOfObject() throws IOException {
    putBack();
    assertThat(check()).isEqualTo(Saying.CLEAN);
    assertThat(verify()).isEqualTo(Saying.CLEAN);
    assertThat(VICTIMS.keySet()).containsExactlyInAnyOrder(Kind.values());
    requireRestored(Restored.ALL);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("cases")
  void everyCommandDoesWhatTheTableSays(Kind kind, Way way) throws Exception {
    putBack();
    damage(kind, way);
    Row row = row(kind, way).orElseThrow();
    assertThat(check()).as("check").isEqualTo(row.check());
    assertThat(verify()).as("verify").isEqualTo(row.verify());
    if (row.verify() == Saying.REFUSED) {
      return;
    }
    Set<BlobKey> before = Set.copyOf(names());
    RepairOutcome outcome = repair();
    assertThat(names()).as("repair deletes nothing").containsAll(before);
    assertThat(outcome.isWhole()).as("repair: %s", outcome.lines()).isEqualTo(row.mends());
    if (row.restored() == Restored.HEALED) {
      backUpAgain();
      assertThat(verify()).as("verify after healing").isEqualTo(Saying.CLEAN);
      assertThat(check()).as("check after healing").isEqualTo(Saying.CLEAN);
    } else if (row.restored() == Restored.LISTS_LOST) {
      backUpAgain();
      assertThat(verify()).as("verify before forgetting").isEqualTo(Saying.DAMAGE);
      forgetFirstFiles();
      assertThat(verify()).as("verify after forgetting").isEqualTo(Saying.CLEAN);
      assertThat(check()).as("check after forgetting").isEqualTo(Saying.CLEAN);
    } else if (row.mends()) {
      assertThat(verify()).as("verify after repair").isEqualTo(Saying.CLEAN);
      assertThat(check()).as("check after repair").isEqualTo(Saying.CLEAN);
    }
    requireRestored(row.restored());
  }

  /// Without reading everything once more: a verification has written down where to look.
  @Test
  void whatAVerificationFoundIsMendedAndARepairWithoutFindingsWritesNothing() throws Exception {
    putBack();
    Repair.Request known = new Repair.Request(Repair.Read.KNOWN, Duration.ZERO, Duration.ZERO);
    Set<BlobKey> sound = Set.copyOf(names());
    assertThat(new Repair(context(), open()).run(known).isWhole()).isTrue();
    assertThat(Set.copyOf(names())).isEqualTo(sound);

    damage(Kind.DATA_PACK, Way.FLIPPED);
    assertThat(verify()).isEqualTo(Saying.DAMAGE);
    var _ = new Repair(context(), open()).run(known);
    backUpAgain();
    assertThat(verify()).isEqualTo(Saying.CLEAN);
    requireRestored(Restored.HEALED);
  }

  /// The index that names the pack is made anew from the pack, which is intact where its table is.
  @Test
  void aPackThatOnlyADamagedIndexNamedIsReadToo() throws Exception {
    putBack();
    damage(Kind.DATA_PACK, Way.FLIPPED);
    for (BlobKey key : names()) {
      if (key.value().startsWith("idx/")) {
        byte[] bytes = store.get(key, 1 << 28);
        store.delete(key);
        var _ = store.putIfAbsent(key, ByteBuffer.wrap(flipped(bytes, 60)));
      }
    }
    var _ = repair();
    backUpAgain();
    assertThat(verify()).isEqualTo(Saying.CLEAN);
    requireRestored(Restored.HEALED);
  }

  private static EngineContext context() {
    return new EngineContext(
        clock, Entropy.secure(), _ -> {}, Progress.NONE, new Cancellation(), Map.of());
  }

  private static RepositoryOptions options(long seed) {
    return new RepositoryOptions(clock, Seeds.entropy(seed), _ -> {}, 64 << 10, 1);
  }

  private OpenRepository open() throws IOException {
    RepositoryOptions options =
        new RepositoryOptions(clock, Entropy.secure(), _ -> {}, 64 << 10, 1);
    return new OpenRepository(Repository.open(store, Repositories.key(), options), "memory");
  }

  private static void write(Path source, long seed) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    for (int i = 0; i < 6; i++) {
      byte[] bytes = new byte[60_000];
      random.nextBytes(bytes);
      Files.write(source.resolve("file-" + i), bytes);
    }
  }

  private static byte[] page(long seed, int extent) {
    byte[] bytes = new byte[4 * 8192];
    Seeds.random(seed * 100 + extent).nextBytes(bytes);
    return bytes;
  }

  private static void backUpCluster(Repository repository, String name, long seed)
      throws IOException {
    WalArchive archive = SourceWal.open(repository, "main", CLUSTER, SEGMENT);
    long start = WAL_BEGIN + seed * SEGMENT;
    var _ =
        archive.put(
            new WalRange(1, start, start + WAL_BYTES),
            wal(seed),
            0,
            WAL_BYTES,
            new byte[] {1, 2, 3});
    try (BackupSession session = repository.beginSession()) {
      TreeWriter writer = new TreeWriter(session.chunks(), Optional.empty());
      for (int file = 0; file < 5; file++) {
        String path = "base/1/" + (1_000 + file);
        byte[] bytes = page(seed, file);
        writer.putExtent(path, new FileLayout.Paged(8192), 0, bytes, bytes.length);
        writer.putFile(
            new FileEntry(path, FileKind.FILE, bytes.length, 0600, 0, "", "", "", Digest.NONE),
            new FileLayout.Paged(8192));
      }
      ChunkId root = writer.finish().root();
      TreeMap<String, ChunkId> roots = new TreeMap<>(Map.of(PhysicalFacts.CLUSTER_TREE, root));
      var _ =
          session.commit(
              new SnapshotRecord(
                  name,
                  "main",
                  PhysicalBackup.KIND,
                  "full",
                  Optional.empty(),
                  clock.instant(),
                  clock.instant(),
                  5L * 4 * 8192,
                  0,
                  5,
                  facts(start).toAttributes(),
                  roots));
    }
  }

  private static byte[] wal(long seed) {
    byte[] bytes = new byte[WAL_BYTES];
    Seeds.random(seed).nextBytes(bytes);
    return bytes;
  }

  private static PhysicalFacts facts(long start) {
    return new PhysicalFacts(
        CLUSTER,
        150_000,
        "15",
        1,
        new Lsn(start),
        new Lsn(start + WAL_BYTES),
        8192,
        1 << 30,
        SEGMENT,
        true,
        0,
        List.of(),
        new TreeMap<>());
  }

  private static StoredSnapshot backUpFiles(OpenRepository repository, Path source) {
    clock.advance(Duration.ofMinutes(1));
    return new FilesBackup(context(), repository)
        .run(
            SETTINGS,
            new FilesBackupRequest(
                List.of(source),
                List.of(),
                FilesBackupRequest.Caches.INCLUDED,
                FilesBackupRequest.Mounts.CROSSED))
        .backup();
  }

  /// What each kind's victim is, and another object of the kind to put in its place.
  private static void choose(MemoryBlobStore store) throws IOException {
    RepositoryOptions options = options(5);
    try (Repository repository = Repository.open(store, Repositories.key(), options)) {
      List<StoredSnapshot> all = BackupCatalog.of(repository).all();
      StoredSnapshot files =
          all.stream()
              .filter(backup -> backup.record().kind().equals(FilesBackup.KIND))
              .findFirst()
              .orElseThrow();
      StoredSnapshot cluster = BackupCatalog.of(repository).require("cluster-2", "main");
      String log = "log/" + files.id().session() + "/";
      String otherLog = "log/" + cluster.id().session() + "/";
      pick(Kind.FORMAT, "format/v1", "maint/1");
      pick(Kind.SNAPSHOT, log + 1, otherLog + 1);
      pick(Kind.OPEN, log + 0, otherLog + 0);
      pick(Kind.CLOSE, log + 2, otherLog + 2);
      pick(Kind.DELTA, "idx/d/" + files.id().session() + "-0", otherDelta(files));
      pick(Kind.OLDER_STATE, "maint/1", "maint/2");
      pick(Kind.NEWEST_STATE, "maint/2", "idx/d/" + files.id().session() + "-0");
      List<String> packs = new ArrayList<>();
      repository.verification().packsOf(files.id()).forEach(pack -> packs.add(pack.toString()));
      List<String> data = packs.stream().filter(pack -> packing(pack) == 1).sorted().toList();
      pick(Kind.DATA_PACK, data.getFirst(), data.getLast());
      String metadata = packs.stream().filter(pack -> packing(pack) == 2).findFirst().orElseThrow();
      pick(Kind.METADATA_PACK, metadata, data.getFirst());
    }
    List<String> names = SOUND.keySet().stream().map(BlobKey::value).toList();
    List<String> shards = names.stream().filter(name -> name.startsWith("idx/b/")).toList();
    pick(Kind.SHARD, shards.getFirst(), of(VICTIMS, Kind.DELTA).value());
    List<String> domains = names.stream().filter(n -> n.startsWith("keys/domain/")).toList();
    for (String domain : domains) {
      if (isNeeded(store, domain)) {
        pick(Kind.MAIN_KEYS, domain, otherOf(domains, domain));
      } else {
        pick(Kind.WAL_KEYS, domain, otherOf(domains, domain));
      }
    }
    List<String> slots = names.stream().filter(n -> n.startsWith("keys/slot/")).toList();
    for (String slot : slots) {
      pick(isNeeded(store, slot) ? Kind.SLOT_IN_USE : Kind.OTHER_SLOT, slot, otherOf(slots, slot));
    }
    List<String> wal = names.stream().filter(n -> n.matches("wal/[0-9a-f]+/00000001/.*")).toList();
    pick(Kind.WAL_RANGE, wal.getLast(), wal.getFirst());
    String tombstone = names.stream().filter(n -> n.startsWith("forgot/")).toList().getLast();
    pick(Kind.TOMBSTONE, tombstone, "maint/2");
    String proof = names.stream().filter(n -> n.startsWith("check/")).findFirst().orElseThrow();
    pick(Kind.PROOF, proof, "maint/2");
  }

  private static <K, V> V of(Map<K, V> map, K key) {
    return Optional.ofNullable(map.get(key)).orElseThrow();
  }

  private static int packing(String pack) {
    return SOUND.getOrDefault(new BlobKey(pack), new byte[65])[64];
  }

  private static String otherDelta(StoredSnapshot not) {
    return SOUND.keySet().stream()
        .map(BlobKey::value)
        .filter(name -> name.startsWith("idx/d/"))
        .filter(name -> !name.contains(not.id().session().hex()))
        .findFirst()
        .orElseThrow();
  }

  private static String otherOf(List<String> all, String one) {
    return all.stream().filter(name -> !name.equals(one)).findFirst().orElseThrow();
  }

  /// Whether the repository does not open without this object.
  private static boolean isNeeded(MemoryBlobStore store, String name) throws IOException {
    BlobKey key = new BlobKey(name);
    byte[] bytes = store.get(key, 1 << 20);
    store.delete(key);
    try {
      Repository.open(store, Repositories.key(), options(6)).close();
      return false;
    } catch (BackupException e) {
      return true;
    } finally {
      var _ = store.putIfAbsent(key, ByteBuffer.wrap(bytes));
    }
  }

  private static void pick(Kind kind, String victim, String other) {
    assertThat(SOUND).containsKeys(new BlobKey(victim), new BlobKey(other));
    VICTIMS.put(kind, new BlobKey(victim));
    OTHERS.put(kind, new BlobKey(other));
  }

  private void putBack() throws IOException {
    store = new MemoryBlobStore();
    for (Map.Entry<BlobKey, byte[]> object : SOUND.entrySet()) {
      var _ = store.putIfAbsent(object.getKey(), ByteBuffer.wrap(object.getValue()));
    }
  }

  private List<BlobKey> names() throws IOException {
    List<BlobKey> names = new ArrayList<>();
    store.list("", blob -> names.add(blob.key()));
    return names;
  }

  private void damage(Kind kind, Way way) throws IOException {
    BlobKey victim = of(VICTIMS, kind);
    byte[] bytes = store.get(victim, 1 << 28);
    store.delete(victim);
    byte[] changed =
        switch (way) {
          case MISSING -> new byte[0];
          case CUT -> Arrays.copyOf(bytes, bytes.length / 2);
          case FLIPPED -> flipped(bytes, kind == Kind.METADATA_PACK ? 150 : bytes.length / 3);
          case REPLACED -> sized(of(SOUND, of(OTHERS, kind)), kind, bytes.length);
        };
    if (way != Way.MISSING) {
      var _ = store.putIfAbsent(victim, ByteBuffer.wrap(changed));
    }
  }

  /// A pack or WAL of the same length says nothing to whoever looks at lengths only.
  private static byte[] sized(byte[] other, Kind kind, int length) {
    boolean lengthTells = kind == Kind.DATA_PACK || kind == Kind.WAL_RANGE;
    return lengthTells ? Arrays.copyOf(other, length) : other;
  }

  private static byte[] flipped(byte[] bytes, int at) {
    byte[] changed = bytes.clone();
    changed[at] ^= 16;
    return changed;
  }

  private interface Look {
    boolean isClean(OpenRepository repository);
  }

  private Saying check() throws IOException {
    return said(repository -> new Check(context(), repository).run().isClean());
  }

  private Saying verify() throws IOException {
    return said(repository -> new Verify(context(), repository).all().isClean());
  }

  private Saying said(Look look) throws IOException {
    OpenRepository repository;
    try {
      repository = open();
    } catch (BackupException e) {
      return Saying.REFUSED;
    }
    return look.isClean(repository) ? Saying.CLEAN : Saying.DAMAGE;
  }

  private RepairOutcome repair() throws IOException {
    Repair.Request request = new Repair.Request(Repair.Read.ALL, Duration.ZERO, Duration.ZERO);
    Repair repair = new Repair(context(), open());
    Set<BlobKey> before = Set.copyOf(names());
    var _ = repair.plan(request);
    assertThat(Set.copyOf(names())).as("a dry run writes nothing").isEqualTo(before);
    return repair.run(request);
  }

  private void backUpAgain() throws IOException {
    OpenRepository repository = open();
    backUpFiles(repository, directory.resolve("source"));
    clock.advance(Duration.ofMinutes(1));
  }

  private void forgetFirstFiles() throws IOException {
    Repository repository = open().repository();
    StoredSnapshot first =
        BackupCatalog.of(repository).all().stream()
            .filter(backup -> backup.record().kind().equals(FilesBackup.KIND))
            .findFirst()
            .orElseThrow();
    repository.forget(List.of(first.id()));
  }

  private void requireRestored(Restored expected) throws IOException {
    OpenRepository repository = open();
    BackupCatalog catalog = BackupCatalog.of(repository.repository());
    if (expected == Restored.LIST_DAMAGED) {
      assertThat(catalog.damaged()).isNotEmpty();
    } else {
      requireFiles(repository);
    }
    assertThat(isClusterWhole(repository.repository(), "cluster-1", 1))
        .isEqualTo(expected != Restored.NO_CLUSTER);
    assertThat(isClusterWhole(repository.repository(), "cluster-2", 2))
        .isEqualTo(expected != Restored.FILES_ONLY && expected != Restored.NO_CLUSTER);
  }

  private void requireFiles(OpenRepository repository) throws IOException {
    for (StoredSnapshot backup : BackupCatalog.of(repository.repository()).all()) {
      if (!backup.record().kind().equals(FilesBackup.KIND)) {
        continue;
      }
      Path to = directory.resolve("restored-" + System.identityHashCode(store) + "-" + restores++);
      FilesRestore restore = new FilesRestore(context(), repository);
      FilesRestoreReport report =
          restore.execute(
              restore.plan(
                  new FilesRestoreRequest(
                      backup.record().name(),
                      "main",
                      to,
                      List.of(),
                      FilesRestoreRequest.Existing.REFUSE,
                      FilesRestoreRequest.Owners.BY_NUMBER)));
      assertThat(report.problems()).isEmpty();
      Path source = directory.resolve("source").toRealPath();
      for (int i = 0; i < 6; i++) {
        Path file = source.resolve("file-" + i);
        assertThat(to.resolve(file.toString().substring(1))).hasSameBinaryContentAs(file);
      }
    }
  }

  /// Reads what a restore of the cluster reads: every file, and the WAL that it needs.
  private static boolean isClusterWhole(Repository repository, String name, long seed)
      throws IOException {
    StoredSnapshot backup = BackupCatalog.of(repository).require(name, "main");
    TreeReader tree =
        TreeReader.open(repository.reader(), backup.record().root(PhysicalFacts.CLUSTER_TREE));
    for (int file = 0; file < 5; file++) {
      byte[] expected = page(seed, file);
      byte[] read =
          tree.readAll(tree.file("base/1/" + (1_000 + file)).orElseThrow(), expected.length);
      assertThat(read).isEqualTo(expected);
    }
    long start = WAL_BEGIN + seed * SEGMENT;
    try {
      WalArchive archive = SourceWal.require(repository, "main", CLUSTER);
      byte[] read = archive.readBytes(1, archive.ranges(1), start, start + WAL_BYTES);
      return Arrays.equals(read, wal(seed));
    } catch (BackupException e) {
      assertThat(e.code().kind()).isIn(ErrorKind.CORRUPTION, ErrorKind.UNAVAILABLE);
      return false;
    } catch (IOException e) {
      return false;
    }
  }
}
