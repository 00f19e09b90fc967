package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.base.SecretBytes;
import io.holdfast.repository.PackFormat.Header;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Backups in several key domains of one repository.
class DomainsTest {
  static final PrunePolicy PRUNE =
      new PrunePolicy(0, 1, Duration.ZERO, Duration.ZERO, Duration.ZERO);

  static final SnapshotReferences REFERENCES =
      (chunks, snapshot, each) -> {
        ChunkId root = snapshot.record().root("tree");
        each.accept(ChunkType.ROOT, root);
        long seed = ByteBuffer.wrap(chunks.read(ChunkType.ROOT, root, 8)).getLong();
        SmallBackup.chunks(chunks.ids(), seed).forEach(c -> each.accept(c.type, c.id));
      };

  /// Java's ciphers refuse the nonce they used last, which repeating a seed would bring.
  private static final AtomicLong WORLDS = new AtomicLong(1000);

  private final MemoryBlobStore store = new MemoryBlobStore();

  @Test
  void theSameContentIsStoredInEachDomainAndReadFromEach() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      StoredSnapshot main = SmallBackup.write(repository, "in main", 5);
      StoredSnapshot own = SmallBackup.write(repository, "tenant", "of a tenant", 5);
      StoredSnapshot again = SmallBackup.write(repository, "tenant", "again", 5);

      assertThat(own.record().domain()).isEqualTo("tenant");
      assertThat(own.record().root("tree")).isNotEqualTo(main.record().root("tree"));
      assertThat(own.record().storedBytes()).isGreaterThan(main.record().storedBytes() * 9 / 10);
      assertThat(again.record().storedBytes()).isZero();
      assertThat(packDomains()).hasSize(2);
    }
    try (Repository repository = open(2)) {
      assertThat(repository.snapshots().stream().map(s -> s.record().domain()))
          .containsExactlyInAnyOrder("main", "tenant", "tenant");
      requireSound(repository, 3);
      ChunkReader tables = repository.readerFromPackTables();
      for (StoredSnapshot backup : repository.snapshots()) {
        SmallBackup.assertReadable(tables.in(backup.record().domain()), backup);
      }
    }
  }

  @Test
  void aSessionKnowsTheChunksOfItsOwnDomainOnly() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      StoredSnapshot main = SmallBackup.write(repository, "in main", 5);
      try (BackupSession session = repository.beginSession("tenant")) {
        assertThat(session.chunks().contains(ChunkType.ROOT, main.record().root("tree"))).isFalse();
      }
      try (BackupSession session = repository.beginSession()) {
        assertThat(session.chunks().contains(ChunkType.ROOT, main.record().root("tree"))).isTrue();
      }
    }
  }

  @Test
  void aPruneMovesFramesWithinTheirDomainAndKeyVersionOnly() throws Exception {
    List<String> domains = List.of("main", "one", "two");
    try (Repository repository = Repositories.init(store, 1)) {
      writeAmongOthers(repository, domains, 10);
      repository.keyring().rotate(Optional.empty());
    }
    try (Repository repository = open(2)) {
      writeAmongOthers(repository, domains, 20);
      PruneReport report = repository.pruning(REFERENCES).run(PRUNE);
      assertThat(report.buried()).isTrue();
      assertThat(report.movedBytes()).isPositive();
      assertThat(report.stuck()).isEmpty();
      requireSound(repository, 6);
    }
    Set<String> kinds = new HashSet<>();
    for (BlobKey pack : packs()) {
      Header header = Header.decode(store.getRange(pack, 0, PackFormat.HEADER_BYTES), "a pack");
      kinds.add(header.domain() + " " + header.keyVersion());
    }
    assertThat(kinds).hasSize(6);
  }

  /// A backup in each domain, in packs that hold other chunks too.
  private static void writeAmongOthers(Repository repository, List<String> domains, long seed)
      throws IOException {
    for (String domain : domains) {
      try (BackupSession session = repository.beginSession(domain)) {
        ChunkWriter chunks = session.chunks();
        for (SmallBackup.Chunk chunk : SmallBackup.chunks(chunks.ids(), seed + 1)) {
          chunks.put(chunk.type, chunk.id, chunk.bytes, 0, chunk.bytes.length);
        }
        SmallBackup.writeInto(session, domain + " " + seed, seed);
      }
    }
  }

  @Test
  void aLostIndexIsMadeAgainForAllDomains() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      SmallBackup.write(repository, "in main", 5);
      SmallBackup.write(repository, "tenant", "of a tenant", 5);
    }
    for (BlobKey delta : keys("idx/d/")) {
      store.delete(delta);
    }
    try (Repository repository = open(2)) {
      RepairPolicy policy = new RepairPolicy(Set.of(), List.of(), Duration.ZERO, Duration.ZERO);
      assertThat(repository.repairing(policy).run().isDone()).isTrue();
      requireSound(repository, 2);
    }
  }

  @Test
  void aDamagedPackIsSavedFrameByFrameInItsDomain() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      SmallBackup.write(repository, "in main", 5);
      SmallBackup.write(repository, "tenant", "of a tenant", 5);
      PackId damaged =
          repository.verification().indexedPacks().stream()
              .map(Verification.IndexedPack::id)
              .filter(id -> !domainOf(id).equals(repository.mainDomain().id()))
              .findFirst()
              .orElseThrow();
      flipLastByte(ObjectNames.pack(damaged));
      RepairPolicy policy =
          new RepairPolicy(Set.of(damaged), List.of(), Duration.ZERO, Duration.ZERO);
      RepairReport report = repository.repairing(policy).run();
      assertThat(report.isDone()).isTrue();
      assertThat(report.savedChunks()).isPositive();
      assertThat(report.lostChunks()).isZero();
      for (StoredSnapshot backup : repository.snapshots()) {
        SmallBackup.assertReadable(repository.reader(backup.record()), backup);
      }
      assertThat(repository.pruning(REFERENCES).run(PRUNE).stuck()).isEmpty();
    }
  }

  @Test
  void differencesAreToChunksOfTheSameDomain() throws Exception {
    byte[] first = new byte[50_000];
    java.util.SplittableRandom random = new java.util.SplittableRandom(4);
    random.nextBytes(first);
    byte[] second = first.clone();
    second[1000] ^= 1;
    try (Repository repository = Repositories.init(store, 1)) {
      StreamBackup.write(repository, "first", new byte[][] {first});
      try (BackupSession session = repository.beginSession("tenant")) {
        assertThat(new StreamBackup(session).put(second, first).similar()).isEmpty();
      }
      try (BackupSession session = repository.beginSession("tenant")) {
        StreamBackup backup = new StreamBackup(session);
        backup.put(first);
        StoredSnapshot _ = backup.commit("whole");
      }
      try (BackupSession session = repository.beginSession("tenant")) {
        StreamBackup backup = new StreamBackup(session);
        assertThat(backup.put(second, first).similar()).isPresent();
        StoredSnapshot committed = backup.commit("second");
        ChunkReader reader = repository.reader(committed.record());
        ChunkId id = StreamBackup.id(reader.ids(), second);
        assertThat(reader.prefix(ChunkType.STREAM, id))
            .contains(StreamBackup.id(reader.ids(), first));
        assertThat(reader.read(ChunkType.STREAM, id, 1 << 20)).isEqualTo(second);
      }
    }
  }

  @Test
  void theDomainIsPartOfTheRecordAndTheMainOneIsSaidAsEver() throws Exception {
    SnapshotRecord main = Repositories.record("a", ChunkId.wrap(new byte[32]));
    SlotRecord.Snapshot plain = new SlotRecord.Snapshot(Repositories.NOW, Digest.zero(), 1, main);
    SlotRecord.Snapshot other =
        new SlotRecord.Snapshot(Repositories.NOW, Digest.zero(), 1, main.withDomain("tenant"));
    assertThat(plain.encode()[0]).isEqualTo((byte) 1);
    assertThat(other.encode()[0]).isEqualTo((byte) 2);
    assertThat(SlotRecord.decode(plain.encode(), "a slot")).isEqualTo(plain);
    assertThat(SlotRecord.decode(other.encode(), "a slot")).isEqualTo(other);
    byte[] unknown = other.encode();
    unknown[0] = 3;
    assertThatThrownBy(() -> SlotRecord.decode(unknown, "a slot"))
        .isInstanceOf(CorruptRepositoryException.class);
    byte[] withoutDomain = new SlotRecord.Ping(Repositories.NOW, Digest.zero()).encode();
    withoutDomain[0] = 2;
    assertThatThrownBy(() -> SlotRecord.decode(withoutDomain, "a slot"))
        .isInstanceOf(CorruptRepositoryException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "wal/main", ".a", "a b", "ä"})
  void aNameThatNoDomainOfBackupsHasIsRefused(String name) throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      assertThatThrownBy(() -> repository.beginSession(name))
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT));
      assertThat(repository.keyring().dataKeys()).hasSize(1);
    }
  }

  @Test
  void missingKeysOfADomainAreDamageOfItsBackupsOnly() throws Exception {
    DomainId id;
    try (Repository repository = Repositories.init(store, 1)) {
      SmallBackup.write(repository, "in main", 5);
      SmallBackup.write(repository, "tenant", "of a tenant", 5);
      id = repository.domain("tenant").id();
    }
    store.delete(ObjectNames.domain(id, 1));
    try (Repository repository = open(2)) {
      for (StoredSnapshot backup : repository.snapshots()) {
        if (backup.record().domain().equals("main")) {
          SmallBackup.assertReadable(repository.reader(backup.record()), backup);
        } else {
          assertThatThrownBy(() -> repository.reader(backup.record()))
              .isInstanceOf(CorruptRepositoryException.class)
              .hasMessageContaining("tenant");
        }
      }
      assertThat(repository.verification().check())
          .anyMatch(
              f -> f.kind().isDamage() && f.object().equals(ObjectNames.domain(id, 1).value()));
      assertThatThrownBy(() -> repository.pruning(REFERENCES).run(PRUNE))
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_CORRUPT));
    }
  }

  @Test
  void repositoriesOfOneKeySpaceMayDisagreeOnADomain() throws Exception {
    MemoryBlobStore other = new MemoryBlobStore();
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 9);
    try (Repository first = Repositories.init(store, 1)) {
      first.domain("shared");
      try (Repository second =
          Repository.initLike(
                  other,
                  new KeyMaterial.RawKey(new SecretBytes(key)),
                  Repositories.options(2),
                  first)
              .repository()) {
        first.domain("both");
        second.domain("both");
        Exchange exchange = Exchange.between(first, second);
        assertThat(exchange.way("main")).isEqualTo(Exchange.Way.FRAMES);
        assertThat(exchange.way("shared")).isEqualTo(Exchange.Way.FRAMES);
        assertThat(exchange.way("both")).isEqualTo(Exchange.Way.CONTENT);
      }
    }
  }

  private static void requireSound(Repository repository, int backups) throws IOException {
    assertThat(repository.snapshots()).hasSize(backups);
    for (StoredSnapshot backup : repository.snapshots()) {
      SmallBackup.assertReadable(repository.reader(backup.record()), backup);
    }
    Verification verification = repository.verification();
    assertThat(verification.check()).isEmpty();
    assertThat(verification.verifyPacks(verification.packs(), Progress.NONE)).isEmpty();
  }

  private Repository open(long seed) throws IOException {
    return Repositories.open(store, WORLDS.incrementAndGet() * 100 + seed);
  }

  private DomainId domainOf(PackId pack) {
    try {
      byte[] header = store.getRange(ObjectNames.pack(pack), 0, PackFormat.HEADER_BYTES);
      return Header.decode(header, "a pack").domain();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Set<DomainId> packDomains() {
    Set<DomainId> domains = new HashSet<>();
    packs().forEach(key -> domains.add(domainOf(ObjectNames.parsePack(key).orElseThrow())));
    return domains;
  }

  private List<BlobKey> packs() {
    return keys(ObjectNames.PACKS);
  }

  private List<BlobKey> keys(String prefix) {
    List<BlobKey> keys = new ArrayList<>();
    store.list(prefix, blob -> keys.add(blob.key()));
    return keys;
  }

  private void flipLastByte(BlobKey key) throws IOException {
    byte[] bytes = store.get(key, 1 << 28);
    bytes[bytes.length - 1] ^= 1;
    store.delete(key);
    var _ = store.putIfAbsent(key, ByteBuffer.wrap(bytes));
  }
}
