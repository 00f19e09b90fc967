package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Progress;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.testing.CrashingBlobStore;
import io.holdfast.storage.testing.CrashingBlobStore.Moment;
import io.holdfast.storage.testing.SimulatedCrash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a repair does in single cases, and after a crash at each of its requests.
class RepairingTest {
  private static final PrunePolicy PRUNE =
      new PrunePolicy(0, 1, Duration.ZERO, Duration.ZERO, Duration.ZERO);

  private static final SnapshotReferences REFERENCES =
      (chunks, snapshot, each) -> {
        ChunkId root = snapshot.record().root("tree");
        each.accept(ChunkType.ROOT, root);
        long seed = ByteBuffer.wrap(chunks.read(ChunkType.ROOT, root, 8)).getLong();
        SmallBackup.chunks(chunks.ids(), seed).forEach(c -> each.accept(c.type, c.id));
      };

  /// Java's ciphers refuse the nonce they used last, which repeating a seed would bring.
  private static final AtomicLong WORLDS = new AtomicLong();

  private MemoryBlobStore store = new MemoryBlobStore();
  private final List<StoredSnapshot> backups = new ArrayList<>();

  /// Damage that repair mends without anything being lost.
  enum Damage {
    SHARD_MISSING,
    SHARD_FLIPPED,
    DELTA_MISSING,
    DELTA_FLIPPED,
    STATE_FLIPPED,
    STATE_CUT,
    STATES_FLIPPED,
    STATE_AND_INDEX
  }

  @BeforeEach
  void makeBackups() throws IOException {
    store = new MemoryBlobStore();
    backups.clear();
    try (Repository repository = Repositories.init(store, 1)) {
      backups.add(SmallBackup.write(repository, "one", 1));
      StoredSnapshot dropped = SmallBackup.write(repository, "dropped", 2);
      repository.forget(List.of(dropped.id()));
    }
    prune(3);
    try (Repository repository = open(store, 4)) {
      backups.add(SmallBackup.write(repository, "two", 3));
    }
  }

  @Test
  void aSoundRepositoryNeedsNothingAndIsLeftAlone() throws IOException {
    Map<BlobKey, Integer> before = objects();
    try (Repository repository = open(store, 5)) {
      RepairReport report = repository.repairing(policy(Set.of())).run();
      assertThat(report.isDone()).isTrue();
      assertThat(report.plan().isNothing()).isTrue();
      assertThat(report.published()).isEmpty();
    }
    assertThat(objects()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsMendedIsWholeAndCanBeWrittenAndPruned(Damage damage) throws Exception {
    inflict(damage);
    try (Repository repository = open(store, 6)) {
      Map<BlobKey, Integer> before = objects();
      RepairPlan plan = repository.repairing(policy(Set.of())).plan();
      assertThat(plan.isNothing()).isFalse();
      assertThat(objects()).as("after the plan").isEqualTo(before);

      RepairReport report = repository.repairing(policy(Set.of())).run();
      assertThat(report.isDone()).as("%s", report).isTrue();
      assertThat(report.plan()).isEqualTo(plan);
      assertThat(objects().keySet()).as("nothing is deleted").containsAll(before.keySet());
    }
    requireSound(7);
    requireGoesOn(8);
  }

  @ParameterizedTest
  @EnumSource
  void aCrashAtAnyRequestLosesNothingAndTheNextRunCompletes(Damage damage) throws Exception {
    inflict(damage);
    Map<BlobKey, byte[]> damaged = copy();
    CrashingBlobStore counting = CrashingBlobStore.counting(store);
    repair(counting, 6);
    int stride = Seeds.thorough() ? 1 : 3;
    for (long step = 1; step <= counting.steps(); step += stride) {
      for (Moment moment : Moment.values()) {
        putBack(damaged);
        CrashingBlobStore crashing = new CrashingBlobStore(store, step, moment);
        try {
          repair(crashing, 6);
        } catch (SimulatedCrash e) {
          assertThat(crashing.hasCrashed()).isTrue();
        }
        try (Repository repository = open(store, 20)) {
          assertThat(repository.repairing(policy(Set.of())).run().isDone())
              .as("%s %s", step, moment)
              .isTrue();
        }
        requireSound(21);
      }
    }
    requireGoesOn(22);
  }

  @Test
  void aDamagedChunkIsHealedByTheNextBackupThatHasIt() throws Exception {
    PackId pack = flipAFrame(backups.getFirst());
    try (Repository repository = open(store, 5)) {
      Verification verification = repository.verification();
      assertThat(verification.verifyPacks(verification.packs(), Progress.NONE)).hasSize(1);
      RepairReport report = repository.repairing(policy(Set.of(pack))).run();
      assertThat(report.isDone()).isTrue();
      assertThat(report.lostChunks()).isEqualTo(1);
      assertThat(report.savedChunks()).isPositive();
      assertThat(report.published()).hasSize(1);
      assertThatThrownBy(() -> SmallBackup.assertReadable(repository.reader(), backups.getFirst()))
          .isInstanceOf(CorruptRepositoryException.class);
      // The other one is as it was.
      SmallBackup.assertReadable(repository.reader(), backups.getLast());
    }
    // The same content again: only what was lost is stored.
    try (Repository repository = open(store, 6)) {
      StoredSnapshot again = SmallBackup.write(repository, "again", 1);
      assertThat(again.record().storedBytes())
          .isLessThan(backups.getFirst().record().storedBytes() / 2);
      backups.add(again);
    }
    requireSound(7);
    requireGoesOn(8);
    assertThat(store.stat(ObjectNames.pack(pack))).as("buried by prune").isEmpty();
  }

  @Test
  void aMissingPackIsHealedByTheNextBackupThatHasIt() throws Exception {
    PackId pack = dataPack(backups.getFirst());
    store.delete(ObjectNames.pack(pack));
    try (Repository repository = open(store, 5)) {
      RepairReport report = repository.repairing(policy(Set.of())).run();
      assertThat(report.plan().withdrawn())
          .extracting(Finding::object)
          .containsExactly(pack.toString());
      assertThat(report.lostChunks()).isPositive();
      // Until it is healed, nothing is pruned that could still be of use.
      assertThat(repository.pruning(REFERENCES).run(PRUNE).stuck()).isNotEmpty();
      backups.add(SmallBackup.write(repository, "again", 1));
    }
    requireSound(7);
    requireGoesOn(8);
  }

  @Test
  void aStateOfANewerProgramIsNeverReplaced() throws Exception {
    long number = newestState() + 1;
    BlobKey key = ObjectNames.maintenance(number);
    try (Repository repository = open(store, 5)) {
      byte[] newer =
          repository.maintenance().wrap(key, MaintenanceLog.STATE_PURPOSE, new byte[] {99});
      store.putIfAbsent(key, ByteBuffer.wrap(newer));
      Map<BlobKey, Integer> before = objects();
      assertThatThrownBy(() -> repository.repairing(policy(Set.of())).run())
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("newer program");
      assertThat(objects()).isEqualTo(before);
    }
  }

  @Test
  void aBackupThatRunsIsWaitedForBeforeAStateIsReplaced() throws Exception {
    try (Repository repository = open(store, 5);
        BackupSession session = repository.beginSession()) {
      inflict(Damage.STATE_FLIPPED);
      RepairReport report =
          repository
              .repairing(new RepairPolicy(Set.of(), List.of(), Duration.ofHours(24), Duration.ZERO))
              .run();
      assertThat(report.isDone()).isFalse();
      assertThat(report.published()).isEmpty();
      assertThat(report.waitingFor()).containsExactly(session.id());
    }
    repair(store, 6);
    requireSound(7);
  }

  /// What the lost state had condemned its maintainer may be about to delete.
  @Test
  void whatALostStateMayHaveGivenFreeIsNotReferredToAgain() throws Exception {
    try (Repository repository = open(store, 5)) {
      repository.forget(List.of(backups.getFirst().id()));
      // Condemned, and not buried because a session runs.
      try (BackupSession session = repository.beginSession()) {
        assertThat(repository.pruning(REFERENCES).run(quiet()).buried()).isFalse();
        assertThat(session.id()).isNotNull();
      }
    }
    Set<PackId> condemned = state().condemned();
    assertThat(condemned).isNotEmpty();
    Map<BlobKey, byte[]> before = copy();
    prune(6);
    // The burial's own state is lost, and what it deleted comes back late.
    flip(ObjectNames.maintenance(newestState()), 0);
    for (PackId pack : condemned) {
      store.putIfAbsent(
          ObjectNames.pack(pack), ByteBuffer.wrap(before.get(ObjectNames.pack(pack))));
    }
    repair(store, 7);
    assertThat(state().condemned()).containsAll(condemned);
    backups.removeFirst();
    try (Repository repository = open(store, 8)) {
      StoredSnapshot again = SmallBackup.write(repository, "again", 1);
      condemned.forEach(pack -> store.delete(ObjectNames.pack(pack)));
      SmallBackup.assertReadable(repository.reader(), again);
      backups.add(again);
    }
    requireGoesOn(9);
  }

  /// Later the higher the seed is, so that maintenance may seal the sessions before.
  private static Repository open(BlobStore on, long seed) throws IOException {
    SettableClock clock = new SettableClock(Repositories.NOW.plus(Duration.ofMinutes(seed)));
    return Repository.open(
        on,
        Repositories.key(),
        new RepositoryOptions(
            clock, Seeds.entropy(seed + 1_000 * WORLDS.incrementAndGet()), _ -> {}, 64 << 10, 1));
  }

  private static PrunePolicy quiet() {
    return PRUNE.withSilence(Duration.ofHours(24));
  }

  private static RepairPolicy policy(Set<PackId> damaged) {
    return new RepairPolicy(damaged, List.of(), Duration.ZERO, Duration.ZERO);
  }

  private static void repair(BlobStore on, long seed) throws IOException {
    try (Repository repository = open(on, seed)) {
      RepairReport report = repository.repairing(policy(Set.of())).run();
      assertThat(report.isDone()).as("%s", report).isTrue();
    }
  }

  private void prune(long seed) throws IOException {
    try (Repository repository = open(store, seed)) {
      assertThat(repository.pruning(REFERENCES).run(PRUNE).buried()).isTrue();
    }
  }

  private MaintenanceState state() throws IOException {
    try (Repository repository = open(store, 90)) {
      return repository.maintenance().newest().state();
    }
  }

  private long newestState() throws IOException {
    return names(ObjectNames.MAINTENANCE).stream()
        .mapToLong(key -> ObjectNames.parseMaintenance(key).orElseThrow())
        .max()
        .orElseThrow();
  }

  private void inflict(Damage damage) throws IOException {
    switch (damage) {
      case SHARD_MISSING -> store.delete(namedShard());
      case SHARD_FLIPPED -> flip(namedShard(), 60);
      case DELTA_MISSING -> store.delete(newestDelta());
      case DELTA_FLIPPED -> flip(newestDelta(), 60);
      case STATE_FLIPPED -> flip(ObjectNames.maintenance(newestState()), 50);
      case STATE_CUT -> cut(ObjectNames.maintenance(newestState()));
      case STATES_FLIPPED -> {
        long newest = newestState();
        flip(ObjectNames.maintenance(newest), 50);
        flip(ObjectNames.maintenance(newest - 1), 50);
      }
      case STATE_AND_INDEX -> {
        flip(newestDelta(), 60);
        flip(ObjectNames.maintenance(newestState()), 50);
      }
    }
  }

  private BlobKey namedShard() throws IOException {
    return ObjectNames.base(state().bases().getFirst());
  }

  private BlobKey newestDelta() throws IOException {
    return ObjectNames.delta(backups.getLast().id().session(), 0);
  }

  private PackId dataPack(StoredSnapshot of) throws IOException {
    try (Repository repository = open(store, 91)) {
      ChunkReader reader = repository.reader();
      SmallBackup.Chunk chunk =
          SmallBackup.chunks(reader.ids(), 1).stream()
              .filter(c -> c.type == ChunkType.PATCH)
              .findFirst()
              .orElseThrow();
      assertThat(of.record().name()).isEqualTo("one");
      return repository
          .verification()
          .findability(List.of())
          .packs(chunk.type, chunk.id)
          .getFirst();
    }
  }

  private PackId flipAFrame(StoredSnapshot of) throws IOException {
    PackId pack = dataPack(of);
    flip(ObjectNames.pack(pack), PackFormat.HEADER_BYTES + 20);
    return pack;
  }

  private void flip(BlobKey key, int at) throws IOException {
    byte[] bytes = store.get(key, 1 << 28);
    bytes[at] ^= 4;
    store.delete(key);
    store.putIfAbsent(key, ByteBuffer.wrap(bytes));
  }

  private void cut(BlobKey key) throws IOException {
    byte[] bytes = store.get(key, 1 << 28);
    store.delete(key);
    store.putIfAbsent(key, ByteBuffer.wrap(bytes, 0, bytes.length / 2));
  }

  private List<BlobKey> names(String prefix) throws IOException {
    List<BlobKey> names = new ArrayList<>();
    store.list(prefix, blob -> names.add(blob.key()));
    return names;
  }

  private Map<BlobKey, Integer> objects() throws IOException {
    Map<BlobKey, Integer> objects = new TreeMap<>();
    copy().forEach((key, bytes) -> objects.put(key, java.util.Arrays.hashCode(bytes)));
    return objects;
  }

  private Map<BlobKey, byte[]> copy() throws IOException {
    Map<BlobKey, byte[]> copy = new TreeMap<>();
    for (BlobKey key : names("")) {
      copy.put(key, store.get(key, 1 << 28));
    }
    return copy;
  }

  private void putBack(Map<BlobKey, byte[]> objects) throws IOException {
    for (BlobKey key : names("")) {
      store.delete(key);
    }
    for (Map.Entry<BlobKey, byte[]> object : objects.entrySet()) {
      store.putIfAbsent(object.getKey(), ByteBuffer.wrap(object.getValue()));
    }
  }

  private void requireSound(long seed) throws IOException {
    try (Repository repository = open(store, seed)) {
      Verification verification = repository.verification();
      assertThat(verification.check().stream().filter(finding -> finding.kind().isDamage()))
          .isEmpty();
      assertThat(verification.verifyPacks(verification.packs(), Progress.NONE)).isEmpty();
      assertThat(repository.snapshotListing().damaged()).isEmpty();
      assertThat(repository.snapshotListing().undecided()).isEmpty();
      assertThat(repository.snapshots())
          .extracting(StoredSnapshot::id)
          .containsExactlyInAnyOrderElementsOf(backups.stream().map(StoredSnapshot::id).toList());
      for (StoredSnapshot backup : backups) {
        SmallBackup.assertReadable(repository.reader(), backup);
      }
    }
  }

  /// Backups and prunes work as ever, and nothing is lost by them.
  private void requireGoesOn(long seed) throws IOException {
    try (Repository repository = open(store, seed)) {
      backups.add(SmallBackup.write(repository, "after", 4));
    }
    prune(seed + 1);
    prune(seed + 2);
    requireSound(seed + 3);
    try (Repository repository = open(store, seed + 4)) {
      assertThat(repository.pruning(REFERENCES).plan(PRUNE).removed()).isEmpty();
    }
  }
}
