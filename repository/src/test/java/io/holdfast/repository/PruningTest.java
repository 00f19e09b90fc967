package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a prune does in single cases; the orders of requests are [PruneSimulationTest]'s.
class PruningTest {
  private static final PrunePolicy ALL =
      new PrunePolicy(0, 1, Duration.ofHours(24), Duration.ZERO, Duration.ZERO);

  private static final SnapshotReferences REFERENCES =
      (chunks, snapshot, each) -> {
        ChunkId root = snapshot.record().root("tree");
        each.accept(ChunkType.ROOT, root);
        long seed = ByteBuffer.wrap(chunks.read(ChunkType.ROOT, root, 8)).getLong();
        SmallBackup.chunks(chunks.ids(), seed).forEach(c -> each.accept(c.type, c.id));
      };

  private final Locking store = new Locking(new MemoryBlobStore());
  private StoredSnapshot kept = placeholder();
  private StoredSnapshot dropped = placeholder();

  @BeforeEach
  void makeTwoBackups() throws IOException {
    try (Repository repository = Repositories.init(store, 1)) {
      kept = SmallBackup.write(repository, "kept", 1);
      dropped = SmallBackup.write(repository, "dropped", 2);
    }
  }

  @Test
  void aDryRunWritesNothingAndSaysWhatTheRunDoes() throws Exception {
    try (Repository repository = Repositories.open(store, 2)) {
      repository.forget(List.of(dropped.id()));
      Map<String, Long> before = objects();
      PrunePlan plan = repository.pruning(REFERENCES).plan(ALL);
      assertThat(objects()).isEqualTo(before);
      assertThat(plan.snapshots()).isEqualTo(1);
      assertThat(plan.movedBytes()).isZero();
      assertThat(plan.freedBytes()).isPositive();

      PruneReport report = repository.pruning(REFERENCES).run(ALL);
      assertThat(report.buried()).isTrue();
      assertThat(report.plan().removed()).containsExactlyInAnyOrderElementsOf(plan.removed());
      assertThat(packBytes()).isEqualTo(plan.packBytes() - plan.freedBytes());
      SmallBackup.assertReadable(repository.reader(), kept);
    }
  }

  @Test
  void whatTheStoreDoesNotDeleteIsReportedAndGoesWithTheNextRun() throws Exception {
    store.locked = true;
    try (Repository repository = Repositories.open(store, 2)) {
      repository.forget(List.of(dropped.id()));
      long before = packBytes();

      PruneReport refused = repository.pruning(REFERENCES).run(ALL);
      assertThat(refused.buried()).isTrue();
      assertThat(refused.deletedObjects()).isZero();
      assertThat(refused.refusedDeletes()).isPositive();
      assertThat(refused.refusal()).contains("locked until");
      assertThat(packBytes()).isEqualTo(before);
      requireSound(repository);

      PruneReport again = repository.pruning(REFERENCES).run(ALL);
      assertThat(again.refusedDeletes()).isEqualTo(refused.refusedDeletes());

      store.locked = false;
      PruneReport done = repository.pruning(REFERENCES).run(ALL);
      assertThat(done.deletedObjects()).isEqualTo(refused.refusedDeletes());
      assertThat(done.refusedDeletes()).isZero();
      assertThat(packBytes()).isLessThan(before);
      requireSound(repository);
    }
  }

  @Test
  void whoMayNotDeleteIsToldWhatToAllow() throws Exception {
    store.forbidden = true;
    try (Repository repository = Repositories.open(store, 2)) {
      repository.forget(List.of(dropped.id()));
      PruneReport refused = repository.pruning(REFERENCES).run(ALL);
      assertThat(refused.deletedObjects()).isZero();
      assertThat(refused.refusal()).endsWith(": access denied. Allow to delete.");
      requireSound(repository);
    }
  }

  @Test
  void aStoreThatIsAwayIsNoRefusal() throws Exception {
    store.away = true;
    try (Repository repository = Repositories.open(store, 2)) {
      repository.forget(List.of(dropped.id()));
      assertThatThrownBy(() -> repository.pruning(REFERENCES).run(ALL))
          .isInstanceOf(StoreUnavailableException.class);
      store.away = false;
      assertThat(repository.pruning(REFERENCES).run(ALL).refusedDeletes()).isZero();
      requireSound(repository);
    }
  }

  @Test
  void aBackupThatRunsIsWaitedForAndFindsWhatItReliedOn() throws Exception {
    try (Repository repository = Repositories.open(store, 2)) {
      repository.forget(List.of(dropped.id()));
      StoredSnapshot same;
      try (BackupSession session = repository.beginSession()) {
        PruneReport report = repository.pruning(REFERENCES).run(ALL);
        assertThat(report.buried()).isFalse();
        assertThat(report.waitingFor()).containsExactly(session.id());
        same = SmallBackup.writeInto(session, "same as dropped", 2);
      }
      assertThat(repository.pruning(REFERENCES).run(ALL).buried()).isTrue();
      SmallBackup.assertReadable(repository.reader(), same);
      requireSound(repository);
    }
  }

  @Test
  void whatADeadBackupLeftGoesWithTheRunThatEndsIt() throws Exception {
    try (Repository repository = Repositories.open(store, 2)) {
      long before = packBytes();
      BackupSession dead = repository.beginSession();
      store.readOnly = "log/";
      assertThatThrownBy(() -> SmallBackup.writeInto(dead, "dead", 3))
          .isInstanceOf(StoreUnavailableException.class);
      store.readOnly = "nothing";
      assertThat(packBytes()).isGreaterThan(before);

      PruneReport alive = repository.pruning(REFERENCES).run(ALL);
      assertThat(alive.deletedObjects()).isZero();
      PrunePlan promised = repository.pruning(REFERENCES).plan(ALL.withSilence(Duration.ZERO));
      assertThat(promised.removed()).isNotEmpty();
      assertThat(promised.openSessions()).isEmpty();
      PruneReport report = repository.pruning(REFERENCES).run(ALL.withSilence(Duration.ZERO));

      assertThat(report.buried()).isTrue();
      assertThat(report.plan().removed()).containsExactlyInAnyOrderElementsOf(promised.removed());
      assertThat(packBytes()).isEqualTo(before);
      assertThat(repository.pruning(REFERENCES).plan(ALL).removed()).isEmpty();
      requireSound(repository);
    }
  }

  @Test
  void oneRunTakesNoMoreThanItsShare() throws Exception {
    try (Repository repository = Repositories.open(store, 2)) {
      repository.forget(List.of(dropped.id()));
      PrunePlan plan = repository.pruning(REFERENCES).plan(ALL.withBuryMax(0));
      assertThat(plan.removed()).isEmpty();
      assertThat(plan.held()).isPositive();
    }
  }

  @Test
  void nothingIsRemovedWhileABackupCannotBeRead() throws Exception {
    BlobKey slot = ObjectNames.log(kept.id().session(), kept.id().slot());
    byte[] bytes = store.get(slot, 1 << 20);
    store.delete(slot);
    bytes[bytes.length / 2] ^= 1;
    var _ = store.putIfAbsent(slot, ByteBuffer.wrap(bytes));
    try (Repository repository = Repositories.open(store, 2)) {
      repository.forget(List.of(dropped.id()));
      Map<String, Long> before = objects();
      assertThatThrownBy(() -> repository.pruning(REFERENCES).run(ALL))
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_CORRUPT))
          .hasMessageContaining("nothing is removed");
      assertThat(objects()).isEqualTo(before);
    }
  }

  private void requireSound(Repository repository) throws IOException {
    SmallBackup.assertReadable(repository.reader(), kept);
    assertThat(repository.snapshots()).extracting(StoredSnapshot::id).contains(kept.id());
    assertThat(repository.verification().check()).noneMatch(f -> f.kind().isDamage());
  }

  private Map<String, Long> objects() throws IOException {
    Map<String, Long> objects = new TreeMap<>();
    store.list("", blob -> objects.put(blob.key().value(), blob.bytes()));
    return objects;
  }

  private long packBytes() throws IOException {
    List<Long> sizes = new ArrayList<>();
    store.list(ObjectNames.PACKS, blob -> sizes.add(blob.bytes()));
    return sizes.stream().mapToLong(Long::longValue).sum();
  }

  private static StoredSnapshot placeholder() {
    byte[] zero = new byte[ChunkId.BYTES];
    return new StoredSnapshot(
        new SnapshotId(SessionId.of(new byte[Hex16.BYTES]), 1),
        Repositories.record("none", ChunkId.copyOf(zero, 0)),
        Digest.zero());
  }

  /// A store whose objects are locked, that forbids to delete, or that cannot be reached when it
  /// shall write or delete.
  private static final class Locking extends ForwardingBlobStore {
    private boolean locked;
    private boolean forbidden;
    private boolean away;
    private boolean gone;
    private String readOnly = "nothing";

    Locking(BlobStore inner) {
      super(inner);
    }

    @Override
    public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
      if (key.value().startsWith(readOnly)) {
        throw new StoreUnavailableException("no route to host");
      }
      return super.putIfAbsent(key, data);
    }

    @Override
    public void delete(BlobKey key) throws IOException {
      if (locked) {
        throw new StoreUnavailableException("the object is locked until 2027");
      }
      if (forbidden) {
        throw new StoreRefusedException(
            ErrorCode.STORE_UNAVAILABLE, "access denied", "Allow to delete.", null);
      }
      gone = away;
      if (gone) {
        throw new StoreUnavailableException("no route to host");
      }
      super.delete(key);
    }

    @Override
    public Optional<BlobStat> stat(BlobKey key) throws IOException {
      if (gone && away) {
        throw new StoreUnavailableException("no route to host");
      }
      return super.stat(key);
    }
  }
}
