package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.base.SecretBytes;
import io.holdfast.repository.PackFormat.Entry;
import io.holdfast.repository.Shredding.KeptKeys;
import io.holdfast.repository.codec.RecordWriter;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.SealedObject;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobLockedException;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.testing.CrashingBlobStore;
import io.holdfast.storage.testing.CrashingBlobStore.Moment;
import io.holdfast.storage.testing.SimulatedCrash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is left of a domain that is shredded, and of all others.
class ShreddingTest {
  /// Java's ciphers refuse the nonce they used last, which repeating a seed would bring.
  private static final AtomicLong WORLDS = new AtomicLong(5000);

  private MemoryBlobStore store = new MemoryBlobStore();

  @BeforeEach
  void makeBackups() throws IOException {
    store = new MemoryBlobStore();
    try (Repository repository = Repositories.init(store, WORLDS.incrementAndGet())) {
      SmallBackup.write(repository, "in main", 5);
      SmallBackup.write(repository, "doomed", "first", 6);
      repository.keyring().rotate(Optional.empty());
    }
    try (Repository repository = open(store)) {
      SmallBackup.write(repository, "doomed", "second", 7);
      SmallBackup.write(repository, "spared", "of another", 6);
    }
  }

  /// A backup may go on beside it in the same process: with keys of zeros everybody could read it.
  @Test
  void whoWorksWithTheKeysGoesOnWithTheKeys() throws IOException {
    byte[] plain = CryptoKit.ascii("of the tenant");
    try (Repository repository = open(store)) {
      Domain domain = repository.domains().require("doomed");
      byte[] before = domain.seal("test", new byte[0], plain, 0, plain.length);
      var _ = repository.shredding("doomed").run(KeptKeys.REFUSED);
      assertThat(domain.open("test", new byte[0], before, 100)).isEqualTo(plain);
      assertThatThrownBy(() -> repository.domains().require("doomed"))
          .isInstanceOf(ShreddedDomainException.class);
    }
  }

  /// Whenever in a check somebody shreds: what is gone then is no damage.
  @Test
  void aCheckBesideAShredRaisesNoAlarm() throws Exception {
    int shreds = 0;
    boolean wasShredded = true;
    for (int request = 1; wasShredded; request++) {
      makeBackups();
      ShreddingBefore hooked = new ShreddingBefore(store, request);
      try (Repository repository = open(hooked)) {
        assertThat(repository.verification().check())
            .as("shredded before request %d", request)
            .noneMatch(finding -> finding.kind().isDamage());
      }
      wasShredded = hooked.requests >= request;
      shreds += wasShredded ? 1 : 0;
    }
    assertThat(shreds).isGreaterThan(30);
  }

  /// Another process shreds before one of the requests. *Confined.*
  private static final class ShreddingBefore extends ForwardingBlobStore {
    private final int at;
    private int requests;

    ShreddingBefore(BlobStore inner, int at) {
      super(inner);
      this.at = at;
    }

    private void next() throws IOException {
      if (++requests == at) {
        try (Repository other = ShreddingTest.open(inner())) {
          var _ = other.shredding("doomed").run(KeptKeys.REFUSED);
        }
      }
    }

    @Override
    public byte[] get(BlobKey key, int bytesMax) throws IOException {
      next();
      return super.get(key, bytesMax);
    }

    @Override
    public Optional<BlobStat> stat(BlobKey key) throws IOException {
      next();
      return super.stat(key);
    }

    @Override
    public void list(String prefix, Consumer<BlobStat> each) throws IOException {
      next();
      super.list(prefix, each);
    }
  }

  @Test
  void nothingOfTheDomainIsLeftButItsTombstoneAndEverythingElseIsWhole() throws Exception {
    try (Repository repository = open(store)) {
      Map<BlobKey, Integer> before = objects();
      Shredding.Plan plan = repository.shredding("doomed").plan();
      assertThat(objects()).as("a plan writes nothing").isEqualTo(before);
      assertThat(plan.backups()).hasSize(2);
      assertThat(plan.keyVersions()).isEqualTo(2);
      assertThat(plan.packs()).isPositive();
      assertThat(plan.already()).isEmpty();

      Shredding.Report report = repository.shredding("doomed").run(KeptKeys.REFUSED);
      assertThat(report.deletedKeys()).isEqualTo(2);
      assertThat(report.forgotten()).hasSize(2);
      requireShredded(repository);
      assertThatThrownBy(() -> repository.beginSession("doomed"))
          .isInstanceOf(ShreddedDomainException.class)
          .hasMessageContaining("2026-01-15");
    }
    try (Repository repository = open(store)) {
      requireShredded(repository);
      Shredding.Plan again = repository.shredding("doomed").plan();
      assertThat(again.already()).isPresent();
      assertThat(again.keyVersions()).isZero();
      assertThat(repository.shredding("doomed").run(KeptKeys.REFUSED).deletedKeys()).isZero();
      assertThat(repository.keyring().dataKeys())
          .extracting(Keyring.DataKeys::domain)
          .containsExactly("main", "spared");
      assertThatThrownBy(() -> repository.keyring().rotate(Optional.of("doomed")))
          .isInstanceOf(ShreddedDomainException.class);
      assertThat(repository.keyring().rotate(Optional.empty())).hasSize(2);
      requirePruned(repository);
    }
  }

  @Test
  void noKeyThatCanBeReachedOpensAnythingOfIt() throws Exception {
    Map<DomainId, List<PackSection>> sections = new HashMap<>();
    DomainId doomed;
    DomainId spared;
    try (Repository repository = open(store)) {
      doomed = repository.domain("doomed").id();
      spared = repository.domain("spared").id();
      repository
          .loader()
          .forEachObject(
              MaintenanceState.none(),
              (_, of) ->
                  of.forEach(
                      section ->
                          sections
                              .computeIfAbsent(section.domain, _ -> new ArrayList<>())
                              .add(section)));
      int all =
          sections.getOrDefault(doomed, List.of()).stream()
              .mapToInt(section -> section.count)
              .sum();
      assertThat(opened(repository, sections.getOrDefault(doomed, List.of())))
          .as("before")
          .isEqualTo(all);
      repository.shredding("doomed").run(KeptKeys.REFUSED);
    }
    try (Repository repository = open(store)) {
      // The packs are still there, with their tables in the index.
      assertThat(opened(repository, sections.getOrDefault(doomed, List.of()))).isZero();
      int all =
          sections.getOrDefault(spared, List.of()).stream()
              .mapToInt(section -> section.count)
              .sum();
      assertThat(opened(repository, sections.getOrDefault(spared, List.of()))).isEqualTo(all);
    }
  }

  /// How many frames any key opens that can be got with the root key; a table counts as well.
  private int opened(Repository repository, List<PackSection> sections) throws IOException {
    List<byte[]> keys = new ArrayList<>();
    keys.add(repository.root().expose());
    keys.add(repository.root().maintenanceKey());
    for (DomainId id : KeySpace.allDomains(store)) {
      for (DomainKeys version : repository.root().domainKeys(store, id).values()) {
        keys.addAll(List.of(version.identity, version.gear, version.data, version.meta));
      }
    }
    int opened = 0;
    for (PackSection section : sections) {
      byte[] pack = store.get(ObjectNames.pack(section.pack), 1 << 28);
      for (Entry entry : section.entries()) {
        byte[] context =
            SealedObject.concat(
                repository.format().keySpace().toBytes(),
                section.domain.toBytes(),
                new byte[] {(byte) entry.type().code()},
                entry.id().toBytes());
        for (byte[] key : keys) {
          int at = entry.offset() + CryptoKit.NONCE_BYTES;
          boolean opens =
              CryptoKit.decrypt(
                      FrameSealer.frameKey(key, entry.id()),
                      Arrays.copyOfRange(pack, entry.offset(), at),
                      context,
                      pack,
                      at,
                      entry.storedBytes() - CryptoKit.NONCE_BYTES)
                  .isPresent();
          opened += opens ? 1 : 0;
        }
      }
    }
    return opened;
  }

  @ParameterizedTest
  @ValueSource(strings = {"main", "wal/main", "nobody", ""})
  void whatCannotBeShreddedIsRefusedAndNothingIsWritten(String domain) throws Exception {
    try (Repository repository = open(store)) {
      Map<BlobKey, Integer> before = objects();
      assertThatThrownBy(() -> repository.shredding(domain).run(KeptKeys.REFUSED))
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT));
      assertThat(objects()).isEqualTo(before);
    }
  }

  @Test
  void aCrashAtAnyRequestIsCompletedByTheNextRun() throws Exception {
    Map<BlobKey, byte[]> whole = copy();
    CrashingBlobStore counting = CrashingBlobStore.counting(store);
    try (Repository repository = open(counting)) {
      repository.shredding("doomed").run(KeptKeys.REFUSED);
    }
    for (long step = 1; step <= counting.steps(); step++) {
      for (Moment moment : Moment.values()) {
        putBack(whole);
        CrashingBlobStore crashing = new CrashingBlobStore(store, step, moment);
        try (Repository repository = open(crashing)) {
          repository.shredding("doomed").run(KeptKeys.REFUSED);
        } catch (SimulatedCrash e) {
          assertThat(crashing.hasCrashed()).isTrue();
        }
        try (Repository repository = open(store)) {
          // Whatever was reached: nothing is told but that keys are left, and maintenance goes on.
          assertThat(damage(repository))
              .as("%s %s", step, moment)
              .allMatch(finding -> finding.problem().contains("are still there"));
          requireReadable(repository);
          if (!repository.shreddedDomains().isEmpty()) {
            assertThatThrownBy(() -> repository.beginSession("doomed"))
                .isInstanceOf(ShreddedDomainException.class);
          }
          repository.shredding("doomed").run(KeptKeys.REFUSED);
          requireShredded(repository);
        }
      }
    }
    try (Repository repository = open(store)) {
      requirePruned(repository);
    }
  }

  /// Who has a key can sign; a tombstone must be of the domain under whose name it lies.
  @Test
  void aTombstoneOfAnotherDomainOrOfTheMainOneMeansNothing() throws Exception {
    try (Repository repository = open(store)) {
      DomainId living = repository.root().domainId("spared");
      DomainId main = repository.root().domainId(Repository.MAIN_DOMAIN);
      for (var lie : Map.of(living, "doomed", main, Repository.MAIN_DOMAIN).entrySet()) {
        BlobKey key = ObjectNames.shredded(lie.getKey());
        byte[] plain =
            new RecordWriter().u8(1).u64(1).text(lie.getValue(), 256, "a domain").toBytes();
        byte[] object = repository.maintenance().wrap(key, ShredLog.PURPOSE, plain);
        assertThat(store.putIfAbsent(key, ByteBuffer.wrap(object)))
            .isEqualTo(BlobStore.PutResult.STORED);
      }
      assertThat(repository.shreddedDomains()).isEmpty();
      requireReadable(repository);
      try (BackupSession session = repository.beginSession("doomed")) {
        assertThat(session).isNotNull();
      }
    }
  }

  @Test
  void lostKeysOfALivingDomainAreNotMadeAnew() throws Exception {
    try (Repository repository = open(store)) {
      DomainId id = repository.root().domainId("doomed");
      BlobKey first = ObjectNames.domain(id, 1);
      BlobKey second = ObjectNames.domain(id, 2);
      byte[] kept = store.get(first, 1 << 20);
      byte[] keptToo = store.get(second, 1 << 20);
      store.delete(first);
      store.delete(second);
      try (Repository without = open(store)) {
        assertThatThrownBy(() -> without.beginSession("doomed"))
            .isInstanceOf(CorruptRepositoryException.class)
            .hasMessageContaining("put keys/domain/" + id.hex() + "/ back");
        assertThat(store.stat(first)).isEmpty();
        RepairPolicy policy =
            new RepairPolicy(Set.of(), List.of(), Duration.ofHours(24), Duration.ZERO);
        assertThatThrownBy(() -> without.repairing(policy).run())
            .isInstanceOf(CorruptRepositoryException.class)
            .hasMessageContaining("keys of domain 'doomed' are missing");
      }
      var _ = store.putIfAbsent(first, ByteBuffer.wrap(kept));
      var _ = store.putIfAbsent(second, ByteBuffer.wrap(keptToo));
    }
    try (Repository repository = open(store)) {
      requireReadable(repository);
    }
  }

  @Test
  void whatIsStillLockedIsNotCalledDestroyed() throws Exception {
    Locking locking = new Locking(store);
    locking.locked = true;
    try (Repository repository = open(locking)) {
      assertThatThrownBy(() -> repository.shredding("doomed").run(KeptKeys.REFUSED))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.SHRED_INCOMPLETE);
                assertThat(e.text()).contains("NOT destroyed", "2 objects", "locked");
              });
      assertThat(repository.verification().check())
          .filteredOn(f -> f.kind().isDamage())
          .hasSize(2)
          .allMatch(f -> f.problem().contains("'holdfast key shred doomed' again"));
      locking.locked = false;
      assertThat(repository.shredding("doomed").run(KeptKeys.REFUSED).deletedKeys()).isEqualTo(2);
      requireShredded(repository);
    }
  }

  @Test
  void aStoreThatKeepsWhatIsDeletedIsFoundOutBeforeAnythingIsDone() throws Exception {
    BlobStore keeping =
        new ForwardingBlobStore(store) {
          @Override
          public AfterDelete afterDelete(BlobKey probe) {
            return AfterDelete.KEPT;
          }
        };
    try (Repository repository = open(keeping)) {
      Map<BlobKey, Integer> before = objects();
      assertThatThrownBy(() -> repository.shredding("doomed").run(KeptKeys.REFUSED))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.KEYS_WOULD_REMAIN));
      assertThat(objects()).isEqualTo(before);
      Shredding.Report report = repository.shredding("doomed").run(KeptKeys.ACCEPTED);
      assertThat(report.afterDelete()).isEqualTo(BlobStore.AfterDelete.KEPT);
      requireShredded(repository);
    }
  }

  @Test
  void aBackupThatRunsWhileItsDomainIsShreddedIsNotCommitted() throws Exception {
    try (Repository repository = open(store);
        Repository other = open(store)) {
      try (BackupSession session = repository.beginSession("doomed")) {
        for (SmallBackup.Chunk chunk : SmallBackup.chunks(session.chunks().ids(), 70)) {
          session.chunks().put(chunk.type, chunk.id, chunk.bytes, 0, chunk.bytes.length);
        }
        other.shredding("doomed").run(KeptKeys.REFUSED);
        assertThatThrownBy(() -> SmallBackup.writeInto(session, "late", 70))
            .isInstanceOf(ShreddedDomainException.class);
      }
      requireShredded(other);
      requirePruned(other);
    }
  }

  @Test
  void aSnapshotThatLandsBehindTheTombstoneCountsAsShredded() throws Exception {
    Interleaving interleaving = new Interleaving(store);
    try (Repository repository = open(interleaving);
        Repository other = open(store)) {
      try (BackupSession session = repository.beginSession("doomed")) {
        interleaving.before("log/", () -> other.shredding("doomed").run(KeptKeys.REFUSED));
        assertThatThrownBy(() -> SmallBackup.writeInto(session, "late", 70))
            .isInstanceOf(ShreddedDomainException.class);
      }
      assertThat(interleaving.happened).isTrue();
      Repository.SnapshotListing listing = other.snapshotListing();
      assertThat(listing.shredded()).extracting(s -> s.record().name()).containsExactly("late");
      assertThat(listing.snapshots()).hasSize(2);
      assertThat(damage(other)).isEmpty();
      requirePruned(other);
      assertThat(damage(other)).isEmpty();
      // Shredded once more, it is forgotten too.
      assertThat(other.shredding("doomed").run(KeptKeys.REFUSED).forgotten()).hasSize(1);
      assertThat(other.snapshotListing().shredded()).isEmpty();
    }
  }

  @Test
  void keysThatLandBehindTheTombstoneAreTakenAway() throws Exception {
    Interleaving interleaving = new Interleaving(store);
    try (Repository repository = open(interleaving);
        Repository other = open(store)) {
      interleaving.before("keys/domain/", () -> other.shredding("doomed").run(KeptKeys.REFUSED));
      assertThatThrownBy(() -> repository.keyring().rotate(Optional.of("doomed")))
          .isInstanceOf(ShreddedDomainException.class);
      assertThat(interleaving.happened).isTrue();
      requireShredded(other);
    }
  }

  @Test
  void repositoriesLikeItDoNotGetTheKeysBack() throws Exception {
    MemoryBlobStore copies = new MemoryBlobStore();
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 9);
    KeyMaterial otherKey = new KeyMaterial.RawKey(new SecretBytes(key));
    try (Repository repository = open(store);
        Repository like =
            Repository.initLike(
                    copies, otherKey, Repositories.options(WORLDS.incrementAndGet()), repository)
                .repository()) {
      repository.shredding("doomed").run(KeptKeys.REFUSED);
      assertThat(Exchange.bringKeys(like, repository)).isZero();
      requireShredded(repository);
      // The sibling has the keys still: it must be shredded there.
      assertThat(like.findDomain("doomed")).isPresent();
      MemoryBlobStore third = new MemoryBlobStore();
      try (Repository later =
          Repository.initLike(
                  third, otherKey, Repositories.options(WORLDS.incrementAndGet()), repository)
              .repository()) {
        assertThat(later.findDomain("doomed")).isEmpty();
        assertThat(later.findDomain("spared")).isPresent();
      }
    }
  }

  @Test
  void aForgedTombstoneMeansNothingAndADamagedOneStopsWritersOnly() throws Exception {
    DomainId id;
    byte[] genuine;
    try (Repository repository = open(store)) {
      id = repository.domain("doomed").id();
      BlobKey key = ObjectNames.shredded(id);
      byte[] forged = repository.maintenance().wrap(key, "other", new byte[20]);
      var _ = store.putIfAbsent(key, ByteBuffer.wrap(forged));
      repository.beginSession("doomed").close();
      assertThat(repository.snapshots()).hasSize(4);
      assertThatThrownBy(() -> repository.shredding("doomed").run(KeptKeys.REFUSED))
          .isInstanceOf(CorruptRepositoryException.class)
          .hasMessageContaining("shredded/");
      assertThat(repository.findDomain("doomed")).isPresent();
      store.delete(key);
      var _ = store.putIfAbsent(key, ByteBuffer.wrap(new byte[200]));
      assertThatThrownBy(() -> repository.beginSession("doomed"))
          .isInstanceOf(CorruptRepositoryException.class);
      assertThat(repository.snapshots()).hasSize(4);
      requireReadable(repository);
      assertThat(damage(repository)).extracting(Finding::object).containsExactly(key.value());
      store.delete(key);
      repository.shredding("doomed").run(KeptKeys.REFUSED);
      genuine = store.get(key, 4096);
      // Of another domain, under this name.
      BlobKey other = ObjectNames.shredded(repository.domain("spared").id());
      var _ = store.putIfAbsent(other, ByteBuffer.wrap(genuine));
      repository.beginSession("spared").close();
    }
  }

  @Test
  void aRepairLeavesWhatWasShreddedAlone() throws Exception {
    try (Repository repository = open(store)) {
      repository.shredding("doomed").run(KeptKeys.REFUSED);
    }
    for (BlobKey key : objects().keySet()) {
      if (key.value().startsWith("idx/d/")) {
        store.delete(key);
      }
    }
    try (Repository repository = open(store)) {
      RepairPolicy policy =
          new RepairPolicy(
              java.util.Set.of(), List.of(), java.time.Duration.ZERO, java.time.Duration.ZERO);
      RepairReport report = repository.repairing(policy).run();
      assertThat(report.isDone()).isTrue();
      assertThat(report.plan().unreadable()).isEmpty();
      assertThat(report.plan().withdrawn()).isEmpty();
      requireReadable(repository);
      requirePruned(repository);
    }
  }

  /// The backups of all other domains, byte by byte.
  private static void requireReadable(Repository repository) throws IOException {
    int others = 0;
    for (StoredSnapshot backup : repository.snapshots()) {
      if (!backup.record().domain().equals("doomed")) {
        SmallBackup.assertReadable(repository.reader(backup.record()), backup);
        others++;
      }
    }
    assertThat(others).isEqualTo(2);
  }

  private void requireShredded(Repository repository) throws IOException {
    requireReadable(repository);
    assertThat(repository.snapshots()).hasSize(2);
    assertThat(repository.shreddedDomains())
        .extracting(ShreddedDomain::name)
        .containsExactly("doomed");
    assertThat(repository.findDomain("doomed")).isEmpty();
    DomainId id = repository.shreddedDomains().getFirst().id();
    assertThat(objects().keySet())
        .noneMatch(key -> key.value().startsWith("keys/domain/" + id.hex()));
    assertThat(damage(repository)).isEmpty();
    Verification verification = repository.verification();
    assertThat(verification.verifyPacks(verification.packs(), Progress.NONE)).isEmpty();
  }

  /// After a prune no pack of the domain is there, and nothing is damaged.
  private void requirePruned(Repository repository) throws IOException {
    PruneReport report = repository.pruning(DomainsTest.REFERENCES).run(DomainsTest.PRUNE);
    assertThat(report.buried()).isTrue();
    assertThat(report.stuck()).isEmpty();
    DomainId id = repository.shreddedDomains().getFirst().id();
    for (BlobKey key : objects().keySet()) {
      if (key.value().startsWith(ObjectNames.PACKS)) {
        byte[] header = store.getRange(key, 0, PackFormat.HEADER_BYTES);
        assertThat(PackFormat.Header.decode(header, "a pack").domain()).isNotEqualTo(id);
      }
    }
    requireReadable(repository);
    assertThat(damage(repository)).isEmpty();
    assertThat(repository.shreddedDomains()).hasSize(1);
  }

  private static List<Finding> damage(Repository repository) throws IOException {
    return repository.verification().check().stream()
        .filter(finding -> finding.kind().isDamage() || finding.kind() == Finding.Kind.STRAY)
        .toList();
  }

  private static Repository open(BlobStore store) throws IOException {
    return Repositories.open(store, WORLDS.incrementAndGet());
  }

  private Map<BlobKey, Integer> objects() throws IOException {
    Map<BlobKey, Integer> objects = new HashMap<>();
    for (Map.Entry<BlobKey, byte[]> object : copy().entrySet()) {
      objects.put(object.getKey(), Arrays.hashCode(object.getValue()));
    }
    return objects;
  }

  private Map<BlobKey, byte[]> copy() throws IOException {
    List<BlobKey> keys = new ArrayList<>();
    store.list("", blob -> keys.add(blob.key()));
    Map<BlobKey, byte[]> copy = new HashMap<>();
    for (BlobKey key : keys) {
      copy.put(key, store.get(key, 1 << 28));
    }
    return copy;
  }

  private void putBack(Map<BlobKey, byte[]> objects) throws IOException {
    store = new MemoryBlobStore();
    for (Map.Entry<BlobKey, byte[]> object : objects.entrySet()) {
      var _ = store.putIfAbsent(object.getKey(), ByteBuffer.wrap(object.getValue()));
    }
  }

  private static final class Locking extends ForwardingBlobStore {
    private boolean locked;

    Locking(BlobStore inner) {
      super(inner);
    }

    @Override
    public void delete(BlobKey key) throws IOException {
      if (locked) {
        throw new BlobLockedException(key + " is locked");
      }
      super.delete(key);
    }
  }

  private interface Act {
    void run() throws IOException;
  }

  /// Lets something happen just before a put, once.
  private static final class Interleaving extends ForwardingBlobStore {
    private String prefix = "";
    private Optional<Act> act = Optional.empty();
    private boolean happened;

    Interleaving(BlobStore inner) {
      super(inner);
    }

    void before(String putBelow, Act what) {
      prefix = putBelow;
      act = Optional.of(what);
    }

    @Override
    public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
      Optional<Act> now = act;
      if (now.isPresent() && key.value().startsWith(prefix)) {
        act = Optional.empty();
        now.get().run();
        happened = true;
      }
      return super.putIfAbsent(key, data);
    }
  }
}
