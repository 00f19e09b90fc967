package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Flips, truncations and removals of single objects of a small repository: each is reported, or
/// every backup can still be read (a second key, keys of a domain without content, CLOSE, a state
/// that says nothing). Seed: the number of the mutation.
final class DamageTest {
  private static final int MUTATIONS = 1000;

  private final TreeMap<BlobKey, byte[]> sound = new TreeMap<>();
  private List<StoredSnapshot> snapshots = List.of();

  @Test
  void everyMutationIsReportedOrHarmless() throws Exception {
    makeSoundRepository();
    int harmless = 0;
    for (int seed = 0; seed < MUTATIONS; seed++) {
      SplittableRandom random = Seeds.random(seed);
      BlobKey key = List.copyOf(sound.keySet()).get(random.nextInt(sound.size()));
      byte[] before = java.util.Objects.requireNonNull(sound.get(key));
      int way = random.nextInt(10);
      byte[] after = mutated(before, way, random);
      if (!isReported(key, after, way == 0)) {
        harmless++;
        assertThat(way).as("mutation %s of %s was not reported", seed, key).isZero();
        assertThat(key.value())
            .as("mutation %s", seed)
            .matches("keys/slot/.*|keys/domain/.*|log/[0-9a-f]+/[0-9]+|maint/1");
      }
    }
    assertThat(harmless).isLessThan(MUTATIONS / 10);
  }

  @Test
  void everyByteOfEverySmallObjectCounts() throws Exception {
    makeSoundRepository();
    for (var object : sound.entrySet()) {
      byte[] bytes = object.getValue();
      int step = bytes.length < 400 ? 1 : bytes.length / 97;
      for (int at = 0; at < bytes.length; at += step) {
        byte[] after = bytes.clone();
        after[at] ^= (byte) (1 << at % 8);
        assertThat(isReported(object.getKey(), after, false))
            .as("byte %s of %s", at, object.getKey())
            .isTrue();
      }
    }
  }

  private void makeSoundRepository() throws IOException {
    MemoryBlobStore store = new MemoryBlobStore();
    try (Repository repository = Repositories.init(store, 1)) {
      repository.domain("wal/main");
      snapshots =
          List.of(
              SmallBackup.write(repository, "one", 1),
              SmallBackup.write(repository, "two", 2),
              SmallBackup.write(repository, "again", 1));
      BlobKey key = ObjectNames.maintenance(1);
      byte[] state = MaintenanceState.none().withNumber(1).encode();
      byte[] object = repository.maintenance().wrap(key, MaintenanceLog.STATE_PURPOSE, state);
      assertThat(store.putIfAbsent(key, ByteBuffer.wrap(object))).isNotNull();
      assertThat(repository.verification().check()).isEmpty();
    }
    List<BlobKey> keys = new ArrayList<>();
    store.list("", blob -> keys.add(blob.key()));
    for (BlobKey key : keys) {
      sound.put(key, store.get(key, 1 << 20));
    }
    assertThat(keys).hasSizeGreaterThan(15);
  }

  private static byte[] mutated(byte[] before, int way, SplittableRandom random) {
    if (way <= 2) {
      return Arrays.copyOf(before, random.nextInt(before.length));
    }
    byte[] after = before.clone();
    after[random.nextInt(after.length)] ^= (byte) (1 << random.nextInt(8));
    return after;
  }

  /// False if nothing was reported; then every backup has been read, byte for byte.
  private boolean isReported(BlobKey key, byte[] after, boolean removed) throws IOException {
    MemoryBlobStore store = new MemoryBlobStore();
    for (var object : sound.entrySet()) {
      boolean mutated = object.getKey().equals(key);
      if (!mutated || !removed) {
        byte[] bytes = mutated ? after : object.getValue();
        assertThat(store.putIfAbsent(object.getKey(), ByteBuffer.wrap(bytes))).isNotNull();
      }
    }
    try (Repository repository = Repositories.open(store, 7)) {
      List<Finding> findings = new ArrayList<>(repository.verification().check());
      findings.addAll(
          repository.verification().verifyPacks(repository.verification().packs(), Progress.NONE));
      if (findings.stream().anyMatch(finding -> finding.kind().isDamage())) {
        return true;
      }
      assertThat(repository.snapshotListing().damaged()).isEmpty();
      assertThat(repository.snapshots()).containsAll(stillExpected(key));
      for (StoredSnapshot snapshot : snapshots) {
        SmallBackup.assertReadable(repository.reader(), snapshot);
      }
      return false;
    } catch (CorruptRepositoryException e) {
      return true;
    } catch (BackupException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.KEY_WRONG);
      return true;
    }
  }

  /// All of them: a lost slot that holds a snapshot is always reported, because CLOSE follows it.
  private List<StoredSnapshot> stillExpected(BlobKey removed) {
    assertThat(snapshots)
        .noneMatch(
            snapshot ->
                ObjectNames.log(snapshot.id().session(), snapshot.id().slot()).equals(removed));
    return snapshots;
  }
}
