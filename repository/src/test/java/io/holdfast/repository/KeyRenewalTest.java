package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// After a rotation a prune writes packs anew under the newest keys, as far as it is told to.
class KeyRenewalTest {
  private static final PrunePolicy NOTHING_ELSE =
      new PrunePolicy(1, 1, Duration.ofHours(24), Duration.ZERO, Duration.ZERO);

  private final MemoryBlobStore store = new MemoryBlobStore();
  private final List<byte[]> chunks = new ArrayList<>();

  @BeforeEach
  void storeAndRotate() throws IOException {
    SplittableRandom random = Seeds.random(1);
    byte[] like = DifferencesTest.noise(random, 20_000);
    try (Repository repository = Repositories.init(store, 1)) {
      for (int backup = 0; backup < 6; backup++) {
        byte[] whole = DifferencesTest.noise(random, 50_000);
        byte[] difference = like.clone();
        difference[backup] ^= 1;
        chunks.add(whole);
        chunks.add(difference);
        StreamBackup.write(
            repository,
            "backup-" + backup,
            new byte[][] {whole},
            new byte[][] {like},
            new byte[][] {difference, like});
      }
      chunks.add(like);
      repository.keyring().rotate(Optional.empty());
    }
  }

  @Test
  void everythingIsSealedUnderTheNewestKeysAndReadable() throws IOException {
    try (Repository repository = Repositories.open(store, 2)) {
      assertThat(bytesByVersion(repository)).containsOnlyKeys(1);
      PruneReport report = prune(repository, NOTHING_ELSE.withRenewBytesMax(Long.MAX_VALUE));
      assertThat(report.buried()).isTrue();
      assertThat(report.plan().olderKeysBytes()).isZero();
      assertThat(report.plan().renewedBytes()).isEqualTo(report.plan().removedBytes());
    }
    try (Repository repository = Repositories.open(store, 3)) {
      assertThat(bytesByVersion(repository)).containsOnlyKeys(2);
      requireEverything(repository);
      assertThat(repository.reader().prefix(ChunkType.STREAM, id(repository, chunks.get(3))))
          .as("differences stay differences")
          .contains(id(repository, chunks.getLast()));
      PrunePlan again =
          repository
              .pruning(StreamBackup.REFERENCES)
              .plan(NOTHING_ELSE.withRenewBytesMax(Long.MAX_VALUE));
      assertThat(again.removed()).isEmpty();
    }
  }

  @Test
  void oneRunRenewsSoMuchAndTheNextOnesGoOn() throws IOException {
    try (Repository repository = Repositories.open(store, 2)) {
      long before = bytesByVersion(repository).getOrDefault(1, 0L);
      long limit = before / 4;
      for (int run = 0; before > 0; run++) {
        assertThat(run).isLessThan(20);
        PruneReport report = prune(repository, NOTHING_ELSE.withRenewBytesMax(limit));
        long left = bytesByVersion(repository).getOrDefault(1, 0L);
        assertThat(before - left).isBetween(1L, limit);
        assertThat(report.plan().olderKeysBytes()).isEqualTo(left);
        requireEverything(repository);
        before = left;
      }
    }
  }

  @Test
  void withoutBeingToldAPruneRenewsNothingButSaysHowMuchIsOlder() throws IOException {
    try (Repository repository = Repositories.open(store, 2)) {
      PrunePlan plan = prune(repository, NOTHING_ELSE).plan();
      assertThat(plan.removed()).isEmpty();
      assertThat(plan.olderKeysBytes()).isEqualTo(bytesByVersion(repository).get(1)).isPositive();
    }
  }

  /// What moves anyway moves under the newest keys.
  @Test
  void whatIsMovedForOtherReasonsIsRenewedToo() throws IOException {
    try (Repository repository = Repositories.open(store, 2)) {
      StoredSnapshot first =
          repository.snapshots().stream()
              .filter(snapshot -> snapshot.record().name().equals("backup-0"))
              .findFirst()
              .orElseThrow();
      repository.forget(List.of(first.id()));
      PruneReport report = prune(repository, NOTHING_ELSE.withUnusedMax(0));
      assertThat(report.movedBytes()).isPositive();
      assertThat(bytesByVersion(repository)).containsOnlyKeys(1, 2);
      for (byte[] chunk : chunks.subList(2, chunks.size())) {
        assertThat(DifferencesTest.read(repository.reader(), chunk)).isEqualTo(chunk);
      }
      DifferencesTest.requireSound(repository);
    }
  }

  /// It stays, and what is intact in it can be read; nobody else reads packs that are taken out of
  /// use, so that `check` knows of the damage only if it is written down.
  @Test
  void aPackThatIsFoundDamagedIsWrittenDown() throws IOException {
    try (Repository repository = Repositories.open(store, 2)) {
      PackId victim = largestPack(repository);
      byte[] content = store.get(ObjectNames.pack(victim), BlobStore.BLOB_BYTES_MAX);
      content[content.length / 2] ^= 1; // in a chunk of noise, not in a list of chunks
      store.delete(ObjectNames.pack(victim));
      var _ = store.putIfAbsent(ObjectNames.pack(victim), ByteBuffer.wrap(content));

      PruneReport report = prune(repository, NOTHING_ELSE.withRenewBytesMax(Long.MAX_VALUE));

      assertThat(report.stuck()).hasSize(1);
      assertThat(repository.proofs().damaged()).containsExactly(victim);
      assertThat(store.stat(ObjectNames.pack(victim))).isPresent();
    }
  }

  /// What is condemned is stored again by backups that begin meanwhile; it must not pile up.
  @Test
  void whileABackupRunsNothingIsRenewed() throws IOException {
    try (Repository repository = Repositories.open(store, 2);
        BackupSession running = repository.beginSession()) {
      assertThat(running).isNotNull();
      PrunePlan plan = prune(repository, NOTHING_ELSE.withRenewBytesMax(Long.MAX_VALUE)).plan();
      assertThat(plan.renewedBytes()).isZero();
      assertThat(plan.olderKeysBytes()).isPositive();
    }
  }

  private PackId largestPack(Repository repository) throws IOException {
    List<PackId> packs = repository.verification().packs();
    PackId largest = packs.getFirst();
    for (PackId pack : packs) {
      if (bytesOf(pack) > bytesOf(largest)) {
        largest = pack;
      }
    }
    return largest;
  }

  private long bytesOf(PackId pack) throws IOException {
    return store.stat(ObjectNames.pack(pack)).orElseThrow().bytes();
  }

  private void requireEverything(Repository repository) throws IOException {
    for (byte[] chunk : chunks) {
      assertThat(DifferencesTest.read(repository.reader(), chunk)).isEqualTo(chunk);
    }
    DifferencesTest.requireSound(repository);
  }

  private static ChunkId id(Repository repository, byte[] bytes) throws IOException {
    return StreamBackup.id(repository.reader().ids(), bytes);
  }

  private static PruneReport prune(Repository repository, PrunePolicy policy) throws IOException {
    return repository.pruning(StreamBackup.REFERENCES).run(policy);
  }

  /// By what the packs themselves say.
  private Map<Integer, Long> bytesByVersion(Repository repository) throws IOException {
    Map<Integer, Long> bytes = new TreeMap<>();
    for (PackId pack : repository.verification().packs()) {
      byte[] content = store.get(ObjectNames.pack(pack), BlobStore.BLOB_BYTES_MAX);
      PackSection section = PackTables.read(repository.domains(), pack, content);
      bytes.merge(section.keyVersion, (long) content.length, Long::sum);
    }
    return bytes;
  }
}
