package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.StoreFullException;
import io.holdfast.storage.testing.FaultyBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SessionProtocolTest {
  private final MemoryBlobStore store = new MemoryBlobStore();

  @Test
  void twoSessionsAtOnceBothCommit() throws Exception {
    try (Repository repository = Repositories.init(store, 1);
        BackupSession first = repository.beginSession();
        BackupSession second = repository.beginSession()) {
      StoredSnapshot one = SmallBackup.writeInto(first, "one", 1);
      StoredSnapshot same = SmallBackup.writeInto(second, "same", 1);
      StoredSnapshot further = SmallBackup.writeInto(first, "further", 2);

      assertThat(repository.snapshots()).containsExactlyInAnyOrder(one, same, further);
      for (StoredSnapshot snapshot : repository.snapshots()) {
        SmallBackup.assertReadable(repository.reader(), snapshot);
      }
    }
  }

  @Test
  void aKilledSessionPublishesNothing() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      try (BackupSession session = repository.beginSession()) {
        kill(repository, session.id(), 1);

        assertCode(() -> SmallBackup.writeInto(session, "one", 1), ErrorCode.SESSION_KILLED);
      }
      assertThat(repository.snapshots()).isEmpty();
      assertThat(repository.snapshotListing().damaged()).isEmpty();
      SmallBackup.assertReadable(repository.reader(), SmallBackup.write(repository, "two", 1));
    }
  }

  @Test
  void aSessionThatWasSealedBeforeItsCommitHasNotCommitted() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      try (BackupSession session = repository.beginSession()) {
        Optional<SessionId> floor = Optional.of(after(session.id()));
        put(
            repository,
            new MaintenanceState(
                1, Set.of(), Set.of(), List.of(), floor, floor, Set.of(), List.of()));

        assertCode(() -> SmallBackup.writeInto(session, "one", 1), ErrorCode.SESSION_KILLED);
      }
    }
  }

  @Test
  void condemnedPacksAreReadButNotReferredTo() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      StoredSnapshot first = SmallBackup.write(repository, "one", 1);
      Set<PackId> packs = Set.copyOf(repository.verification().packs());
      put(
          repository,
          new MaintenanceState(
              1,
              packs,
              Set.of(),
              List.of(),
              Optional.empty(),
              Optional.empty(),
              Set.of(),
              List.of()));

      StoredSnapshot again = SmallBackup.write(repository, "two", 1);

      assertThat(again.record().storedBytes()).isGreaterThan(first.record().storedBytes() * 9 / 10);
      SmallBackup.assertReadable(repository.reader(), first);
    }
  }

  @Test
  void aForgedMaintenanceStateIsIgnored() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      StoredSnapshot first = SmallBackup.write(repository, "one", 1);
      Set<PackId> packs = Set.copyOf(repository.verification().packs());
      MaintenanceLog forger =
          new MaintenanceLog(store, repository.domain(Repository.MAIN_DOMAIN), new byte[32]);
      BlobKey key = ObjectNames.maintenance(5);
      MaintenanceState buried =
          new MaintenanceState(
              5,
              Set.of(),
              packs,
              List.of(),
              Optional.empty(),
              Optional.empty(),
              Set.of(),
              List.of());
      put(key, forger.wrap(key, MaintenanceLog.STATE_PURPOSE, buried.encode()));
      BlobKey tombstone = ObjectNames.forgotten(first.id());
      put(tombstone, forger.wrap(tombstone, MaintenanceLog.FORGOTTEN_PURPOSE, new byte[0]));

      assertThat(repository.snapshots()).containsExactly(first);
      SmallBackup.assertReadable(repository.reader(), first);
      assertThat(repository.verification().check())
          .extracting(Finding::object)
          .containsExactlyInAnyOrder(key.value(), tombstone.value());
    }
  }

  @Test
  void aGenuineTombstoneHidesItsSnapshot() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      StoredSnapshot first = SmallBackup.write(repository, "one", 1);
      StoredSnapshot second = SmallBackup.write(repository, "two", 2);
      BlobKey key = ObjectNames.forgotten(first.id());
      put(key, repository.maintenance().wrap(key, MaintenanceLog.FORGOTTEN_PURPOSE, new byte[0]));

      assertThat(repository.snapshots()).containsExactly(second);
      assertThat(repository.verification().check()).isEmpty();
    }
  }

  @Test
  void manyThreadsStoreEachChunkOnce() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      StoredSnapshot snapshot;
      try (BackupSession session = repository.beginSession();
          Workers workers = Workers.platform("put")) {
        ChunkWriter writer = session.chunks();
        for (int worker = 0; worker < 4; worker++) {
          int offset = worker * 2;
          workers.start(
              () -> {
                for (int seed = offset; seed < offset + 8; seed++) {
                  for (SmallBackup.Chunk chunk : SmallBackup.chunks(writer.ids(), seed)) {
                    writer.put(chunk.type, chunk.id, chunk.bytes, 0, chunk.bytes.length);
                  }
                }
              });
        }
        workers.join();
        snapshot = SmallBackup.writeInto(session, "one", 3);
      }
      long expected = 14L * SmallBackup.CHUNKS + 1;
      IndexLoader.Loaded loaded = repository.loader().load(IndexLoader.Use.READ);
      assertThat(loaded.index().size()).isEqualTo(expected);
      SmallBackup.assertReadable(repository.reader(), snapshot);
      assertThat(repository.verification().check()).isEmpty();
      assertThat(
              repository
                  .verification()
                  .verifyPacks(repository.verification().packs(), io.holdfast.base.Progress.NONE))
          .isEmpty();
    }
  }

  @Test
  void aFailedUploadFailsFurtherPutsAndTheCommit() throws Exception {
    var full = new FaultyBlobStore(store, 1, FaultyBlobStore.Faults.NONE, _ -> {});
    try (Repository repository = Repositories.init(full, 1)) {
      StoredSnapshot first = SmallBackup.write(repository, "one", 1);
      try (BackupSession session = repository.beginSession()) {
        full.fullAfter(100);
        assertThatThrownBy(
                () -> {
                  for (int seed = 10; seed < 40; seed++) {
                    SmallBackup.writeInto(session, "two", seed);
                  }
                })
            .isInstanceOf(StoreFullException.class);
        full.makeSpace();
        assertThatThrownBy(() -> SmallBackup.writeInto(session, "two", 50))
            .isInstanceOf(StoreFullException.class);
      }
      assertThat(repository.snapshots()).containsExactly(first);
      SmallBackup.assertReadable(repository.reader(), SmallBackup.write(repository, "two", 10));
    }
  }

  static List<Long> seeds() {
    return Seeds.stream().boxed().toList();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void lostAnswersLoseNothing(long seed) throws Exception {
    Repositories.init(store, seed).close();
    var faults = FaultyBlobStore.Faults.NONE.withLostAnswer(0.4);
    var faulty = new FaultyBlobStore(store, seed, faults, _ -> {});
    Set<StoredSnapshot> expected = new HashSet<>();
    try (Repository repository = Repositories.open(faulty, seed + 100)) {
      for (int i = 0; i < 5; i++) {
        expected.add(SmallBackup.write(repository, "n" + i, i));
      }
      assertThat(faulty.injected()).isPositive();
      assertThat(new HashSet<>(repository.snapshots())).isEqualTo(expected);
      for (StoredSnapshot snapshot : repository.snapshots()) {
        SmallBackup.assertReadable(repository.reader(), snapshot);
      }
      assertThat(repository.verification().check()).isEmpty();
    }
  }

  @Test
  void packsAloneAreEnoughToReadEverything() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      StoredSnapshot first = SmallBackup.write(repository, "one", 1);
      StoredSnapshot second = SmallBackup.write(repository, "two", 2);
      store.list("idx/", blob -> store.delete(blob.key()));

      ChunkReader reader = repository.readerFromPackTables();

      SmallBackup.assertReadable(reader, first);
      SmallBackup.assertReadable(reader, second);
    }
  }

  @Test
  void readersFindWhatWasCommittedAfterThem() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      ChunkReader early = repository.reader();
      SmallBackup.assertReadable(early, SmallBackup.write(repository, "one", 1));
    }
  }

  private void kill(Repository repository, SessionId session, int slot) throws IOException {
    BlobKey key = ObjectNames.log(session, slot);
    byte[] plain = new SlotRecord.Kill(Repositories.NOW, Digest.zero()).encode();
    put(
        key,
        repository.domain(Repository.MAIN_DOMAIN).sealMeta(SlotRecord.PURPOSE, key.value(), plain));
  }

  private void put(Repository repository, MaintenanceState state) throws IOException {
    BlobKey key = ObjectNames.maintenance(state.number());
    put(key, repository.maintenance().wrap(key, MaintenanceLog.STATE_PURPOSE, state.encode()));
  }

  private static SessionId after(SessionId id) {
    return new SessionId("f".repeat(2) + id.hex().substring(2));
  }

  private void put(BlobKey key, byte[] bytes) throws IOException {
    assertThat(store.putIfAbsent(key, ByteBuffer.wrap(bytes))).isEqualTo(PutResult.STORED);
  }

  private static void assertCode(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, ErrorCode code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(BackupException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
