package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What readers and writers owe to maintenance: the rules that `docs/testing/protocol-model.md`
/// found missing. Each test fails when its rule is taken out.
final class MaintenanceRulesTest {
  private static final Instant FLOOR_TIME = Repositories.NOW.plusMillis(500);
  private static final String SHARD = "ab".repeat(16);

  private final MemoryBlobStore store = new MemoryBlobStore();
  private final SettableClock clock = new SettableClock(Repositories.NOW);
  private final ResolvedPut puts = new ResolvedPut(store, _ -> {});
  private Repository repository;

  @BeforeEach
  void makeRepository() throws IOException {
    RepositoryOptions options =
        new RepositoryOptions(clock, Seeds.entropy(1), _ -> {}, 64 << 10, 1);
    repository = Repository.init(store, Repositories.key(), options).repository();
  }

  @AfterEach
  void close() {
    repository.close();
  }

  @Test
  void aSessionBelowTheAnnouncedFloorMayNotBegin() throws Exception {
    publish(closing(floor()));

    assertCode(() -> repository.beginSession(), ErrorCode.SESSION_KILLED);
    clock.advance(Duration.ofSeconds(1));
    SmallBackup.assertReadable(
        repository.reader(), SmallBackup.write(repository, "above the floor", 1));
  }

  @Test
  void aTombstoneThatGoesWhileItIsLookedAtIsPutAgain() throws Exception {
    StoredSnapshot backup = SmallBackup.write(repository, "one", 1);
    BlobKey tombstone = ObjectNames.forgotten(backup.id());
    repository.forget(List.of(backup.id()));
    AtomicInteger looks = new AtomicInteger();
    var vanishing =
        new ForwardingBlobStore(store) {
          @Override
          public byte[] get(BlobKey key, int bytesMax) throws IOException {
            byte[] bytes = super.get(key, bytesMax);
            if (key.equals(tombstone) && looks.getAndIncrement() == 0) {
              store.delete(key);
            }
            return bytes;
          }
        };
    try (Repository other = Repositories.open(vanishing, 2)) {
      other.forget(List.of(backup.id()));
    }
    assertThat(looks).hasPositiveValue();
    assertThat(repository.snapshots()).isEmpty();
  }

  @Test
  void deltasOfSessionsBelowTheAnnouncedFloorAreReadButNotReferredTo() throws Exception {
    StoredSnapshot first = SmallBackup.write(repository, "one", 1);
    publish(closing(floor()));
    clock.advance(Duration.ofSeconds(1));

    StoredSnapshot again = SmallBackup.write(repository, "two", 1);

    assertThat(again.record().storedBytes()).isGreaterThan(first.record().storedBytes() * 9 / 10);
    assertThat(repository.snapshots()).containsExactly(first, again);
    SmallBackup.assertReadable(repository.reader(), first);
  }

  @Test
  void aBaseShardMakesTheirPacksUsableAgain() throws Exception {
    StoredSnapshot first = SmallBackup.write(repository, "one", 1);
    absorb(first.id().session());
    publish(state(List.of(SHARD), Optional.of(floor()), Optional.empty(), Set.of()));
    clock.advance(Duration.ofSeconds(1));

    StoredSnapshot again = SmallBackup.write(repository, "two", 1);

    assertThat(again.record().storedBytes()).isLessThan(first.record().storedBytes() / 10);
    SmallBackup.assertReadable(repository.reader(), again);
  }

  @Test
  void nothingOfASealedSessionCounts() throws Exception {
    StoredSnapshot first = SmallBackup.write(repository, "one", 1);
    publish(state(List.of(), Optional.of(floor()), Optional.of(floor()), Set.of()));

    assertThat(repository.snapshotListing().snapshots()).isEmpty();
    assertThat(repository.snapshotListing().damaged()).isEmpty();
    assertThatThrownBy(() -> SmallBackup.assertReadable(repository.reader(), first))
        .isInstanceOf(CorruptRepositoryException.class)
        .hasMessageContaining("missing");
  }

  @Test
  void slotsOfASealedSessionMayVanishOneByOne() throws Exception {
    StoredSnapshot first = SmallBackup.write(repository, "one", 1);
    publish(state(List.of(), Optional.of(floor()), Optional.of(floor()), Set.of()));
    store.delete(ObjectNames.log(first.id().session(), 1));

    assertThat(repository.verification().check())
        .extracting(Finding::kind)
        .containsOnly(Finding.Kind.UNREFERENCED);
  }

  @Test
  void aKeptSessionCountsButItsDeltasAreNotReferredTo() throws Exception {
    StoredSnapshot first = SmallBackup.write(repository, "one", 1);
    Set<SessionId> kept = Set.of(first.id().session());
    publish(state(List.of(), Optional.of(floor()), Optional.of(floor()), kept));
    clock.advance(Duration.ofSeconds(1));

    assertThat(repository.snapshots()).containsExactly(first);
    SmallBackup.assertReadable(repository.reader(), first);
    assertThat(repository.verification().check()).isEmpty();
    StoredSnapshot again = SmallBackup.write(repository, "two", 1);
    assertThat(again.record().storedBytes()).isGreaterThan(first.record().storedBytes() * 9 / 10);
  }

  @Test
  void aFloorRisesOnlyToWhereItWasAnnounced() {
    assertThatThrownBy(() -> state(List.of(), Optional.empty(), Optional.of(floor()), Set.of()))
        .isInstanceOf(IllegalArgumentException.class);
    // The same from storage: the two floors of a sound state, exchanged.
    SessionId higher = SessionId.create(FLOOR_TIME.plusSeconds(5), Seeds.entropy(2));
    byte[] plain = state(List.of(), Optional.of(higher), Optional.of(floor()), Set.of()).encode();
    int at = 1 + 8 + 4 + 4 + 4 + 1;
    System.arraycopy(floor().toBytes(), 0, plain, at, 16);
    System.arraycopy(higher.toBytes(), 0, plain, at + 17, 16);
    assertThatThrownBy(() -> MaintenanceState.decode(plain, "maint/1"))
        .isInstanceOf(CorruptRepositoryException.class)
        .hasMessageContaining("not announced");
  }

  @Test
  void theNextNumberIsTheFirstFreeOneAfterTheNewestValidState() throws Exception {
    MaintenanceState first = publish(closing(floor()));
    forge(2);
    forge(9);

    MaintenanceState second = publish(closing(floor()));

    assertThat(first.number()).isOne();
    assertThat(second.number()).isEqualTo(3);
    assertThat(repository.maintenance().newest().state()).isEqualTo(second);
  }

  @Test
  void ofTwoThatStartFromOneStateOnlyOnePublishes() throws Exception {
    MaintenanceState basis = publish(closing(floor()));
    forge(5);
    MaintenanceLog log = repository.maintenance();
    SessionId higher = SessionId.create(FLOOR_TIME.plusSeconds(5), Seeds.entropy(2));

    assertThat(log.publish(puts, basis, closing(floor()))).isPresent();
    assertThat(log.publish(puts, basis, closing(higher))).isEmpty();
  }

  @Test
  void aStatePutInAgainUnderALaterNumberIsForged() throws Exception {
    publish(MaintenanceState.none());
    byte[] old = store.get(ObjectNames.maintenance(1), 4096);
    publish(closing(floor()));
    put(ObjectNames.maintenance(3), old);

    assertThat(repository.maintenance().newest().state().number()).isEqualTo(2);
    assertThat(repository.maintenance().newest().damaged()).isEmpty();
    assertThat(repository.verification().check())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.object()).isEqualTo("maint/3");
              assertThat(finding.problem()).contains("not written by maintenance");
            });
  }

  @Test
  void writersGoOnBesideAForgedState() throws Exception {
    forge(4);

    SmallBackup.assertReadable(repository.reader(), SmallBackup.write(repository, "one", 1));
  }

  @Test
  void readersFallBackFromADamagedStateAndSaySo() throws Exception {
    StoredSnapshot first = SmallBackup.write(repository, "one", 1);
    publish(MaintenanceState.none());
    damage(publish(closing(floor())));

    Repository.SnapshotListing listing = repository.snapshotListing();
    assertThat(listing.snapshots()).containsExactly(first);
    assertThat(listing.damaged()).isEmpty();
    assertThat(listing.undecided())
        .singleElement()
        .satisfies(e -> assertThat(e.text()).contains("maint/2 does not match its checksum"));
    SmallBackup.assertReadable(repository.reader(), first);
    assertThat(repository.verification().check())
        .extracting(Finding::object)
        .containsExactly("maint/2");
  }

  @Test
  void writersAndMaintenanceRefuseWhereTheNewestStateIsDamaged() throws Exception {
    MaintenanceState basis = publish(MaintenanceState.none());
    damage(publish(closing(floor())));
    clock.advance(Duration.ofSeconds(1));

    assertCode(() -> repository.beginSession(), ErrorCode.OBJECT_CORRUPT);
    assertCode(
        () -> repository.maintenance().publish(puts, basis, MaintenanceState.none()),
        ErrorCode.OBJECT_CORRUPT);
  }

  @Test
  void aDamagedStateBelowTheNewestStopsNobody() throws Exception {
    damage(publish(MaintenanceState.none()));
    putState(MaintenanceState.none().withNumber(2));

    SmallBackup.assertReadable(repository.reader(), SmallBackup.write(repository, "one", 1));
    assertThat(repository.verification().check())
        .extracting(Finding::object)
        .containsExactly("maint/1");
  }

  @Test
  void successIsNotReportedWhereTheNewestStateBecameUnreadable() throws Exception {
    try (BackupSession session = repository.beginSession()) {
      damage(publish(MaintenanceState.none()));

      assertCode(() -> SmallBackup.writeInto(session, "one", 1), ErrorCode.WRITE_OUTCOME_UNKNOWN);
    }
  }

  @Test
  void aStateOfANewerProgramIsNotTakenForAForgedOne() throws Exception {
    BlobKey key = ObjectNames.maintenance(1);
    byte[] plain = MaintenanceState.none().withNumber(1).encode();
    plain[0] = 2;
    put(key, repository.maintenance().wrap(key, MaintenanceLog.STATE_PURPOSE, plain));

    assertCode(() -> repository.beginSession(), ErrorCode.OBJECT_CORRUPT);
  }

  @Test
  void aDamagedTombstoneHidesNothingAndIsReported() throws Exception {
    StoredSnapshot first = SmallBackup.write(repository, "one", 1);
    BlobKey key = ObjectNames.forgotten(first.id());
    put(key, repository.maintenance().wrap(key, MaintenanceLog.FORGOTTEN_PURPOSE, new byte[0]));
    assertThat(repository.snapshots()).isEmpty();

    flip(key);

    assertThat(repository.snapshots()).containsExactly(first);
    assertThat(repository.verification().check())
        .singleElement()
        .satisfies(finding -> assertThat(finding.problem()).contains("does not match"));
  }

  private static SessionId floor() {
    return SessionId.create(FLOOR_TIME, Seeds.entropy(9));
  }

  private static MaintenanceState closing(SessionId floor) {
    return state(List.of(), Optional.of(floor), Optional.empty(), Set.of());
  }

  private static MaintenanceState state(
      List<String> bases,
      Optional<SessionId> closing,
      Optional<SessionId> sealed,
      Set<SessionId> kept) {
    return new MaintenanceState(0, Set.of(), Set.of(), bases, closing, sealed, kept, List.of());
  }

  private MaintenanceState publish(MaintenanceState next) throws IOException {
    MaintenanceState basis = repository.maintenance().newest().require();
    return repository.maintenance().publish(puts, basis, next).orElseThrow();
  }

  private void putState(MaintenanceState state) throws IOException {
    BlobKey key = ObjectNames.maintenance(state.number());
    put(key, repository.maintenance().wrap(key, MaintenanceLog.STATE_PURPOSE, state.encode()));
  }

  /// Everything the deltas of a session list, as a base shard.
  private void absorb(SessionId session) throws IOException {
    Domain domain = repository.domain(Repository.MAIN_DOMAIN);
    BlobKey delta = ObjectNames.delta(session, 0);
    byte[] sealed = store.get(delta, IndexObject.BYTES_MAX);
    byte[] plain =
        domain.openMeta(
            IndexObject.PURPOSE, delta.value(), sealed, 0, sealed.length, IndexObject.BYTES_MAX);
    assertThat(store.stat(ObjectNames.delta(session, 1))).isEmpty();
    BlobKey shard = ObjectNames.base(SHARD);
    put(shard, domain.sealMeta(IndexObject.PURPOSE, shard.value(), plain));
  }

  /// An object as somebody with a writer's keys can make it.
  private void forge(long number) throws IOException {
    MaintenanceLog forger =
        new MaintenanceLog(store, repository.domain(Repository.MAIN_DOMAIN), new byte[32]);
    BlobKey key = ObjectNames.maintenance(number);
    byte[] plain = MaintenanceState.none().withNumber(number).encode();
    put(key, forger.wrap(key, MaintenanceLog.STATE_PURPOSE, plain));
  }

  private void damage(MaintenanceState state) throws IOException {
    flip(ObjectNames.maintenance(state.number()));
  }

  private void flip(BlobKey key) throws IOException {
    byte[] bytes = store.get(key, 4096);
    bytes[bytes.length / 2] ^= 4;
    store.delete(key);
    put(key, bytes);
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
