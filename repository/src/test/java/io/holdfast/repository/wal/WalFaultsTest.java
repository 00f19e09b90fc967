package io.holdfast.repository.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.testing.CrashingBlobStore;
import io.holdfast.storage.testing.FaultyBlobStore;
import io.holdfast.storage.testing.SimulatedCrash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class WalFaultsTest {
  private static final int LENGTH = 700;

  private final MemoryBlobStore store = new MemoryBlobStore();
  private final WalSealer sealer = new TestSealer(1);

  static LongStream seeds() {
    return Seeds.stream();
  }

  private WalArchive archive(BlobStore place) throws IOException {
    return WalArchive.open(place, sealer, "erp", 42, 16 << 20);
  }

  private static byte[] wal(long seed) {
    byte[] wal = new byte[LENGTH];
    new SplittableRandom(seed).nextBytes(wal);
    return wal;
  }

  private static WalRange range(int number) {
    return new WalRange(1, number * (long) LENGTH, (number + 1) * (long) LENGTH);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatWasAcknowledgedIsThereHoweverManyAnswersAreLost(long seed) throws IOException {
    archive(store);
    FaultyBlobStore faulty =
        new FaultyBlobStore(
            store,
            seed,
            FaultyBlobStore.Faults.NONE.withLostAnswer(0.5).withUnavailable(0.2),
            _ -> {});
    WalArchive archive = WalArchive.of(faulty, sealer, archive(store).lineage());
    List<Integer> acknowledged = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      try {
        PutOutcome outcome = archive.put(range(i), wal(i), 0, LENGTH, new byte[] {1});
        assertThat(outcome).isIn(PutOutcome.STORED, PutOutcome.ALREADY_THERE);
        acknowledged.add(i);
      } catch (IOException e) {
        assertThat(archive(store).ranges(1)).doesNotContain(range(i));
      } catch (BackupException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.WRITE_OUTCOME_UNKNOWN);
      }
    }
    assertThat(acknowledged).hasSizeGreaterThan(20);
    assertThat(faulty.injected()).isGreaterThan(20);
    for (int i : acknowledged) {
      assertThat(archive(store).read(range(i))).isEqualTo(wal(i));
    }
    assertThat(archive(store).conflicts(1)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aCrashAtAnyStepLeavesNothingThatASecondRunCannotFinish(CrashingBlobStore.Moment moment)
      throws IOException {
    CrashingBlobStore counting = CrashingBlobStore.counting(new MemoryBlobStore());
    work(counting);
    assertThat(counting.steps()).isGreaterThan(5);
    for (long step = 1; step <= counting.steps(); step++) {
      MemoryBlobStore place = new MemoryBlobStore();
      CrashingBlobStore crashing = new CrashingBlobStore(place, step, moment);
      Throwable crash = catchThrowable(() -> work(crashing));
      assertThat(crash).as("step %s", step).isInstanceOf(SimulatedCrash.class);
      work(place);
      assertThat(archive(place).read(range(0))).isEqualTo(wal(0));
      assertThat(archive(place).read(range(1))).isEqualTo(wal(1));
      assertThat(archive(place).file("a.history")).contains(new byte[] {1});
      assertThat(archive(place).conflicts(1)).isEmpty();
    }
  }

  private void work(BlobStore place) throws IOException {
    WalArchive archive = archive(place);
    archive.put(range(0), wal(0), 0, LENGTH, new byte[0]);
    archive.putFile("a.history", new byte[] {1});
    archive.put(range(0), wal(0), 0, LENGTH, new byte[0]);
    archive.put(range(1), wal(1), 0, LENGTH, new byte[0]);
  }

  @Test
  void everyFlippedBitAndEveryTruncationIsReported() throws IOException {
    archive(store).put(range(0), wal(0), 0, LENGTH, new byte[] {5, 6});
    archive(store).putFile("a.history", new byte[] {1, 2, 3});
    List<BlobKey> keys = new ArrayList<>();
    store.list("", blob -> keys.add(blob.key()));
    assertThat(keys).hasSize(3);
    for (BlobKey key : keys) {
      byte[] good = store.get(key, Integer.MAX_VALUE);
      for (int bit = 0; bit < good.length * 8; bit++) {
        byte[] bad = good.clone();
        bad[bit / 8] ^= (byte) (1 << (bit % 8));
        requireReported(key, bad);
      }
      for (int length = 0; length < good.length; length++) {
        requireReported(key, Arrays.copyOf(good, length));
      }
      requireReported(key, Arrays.copyOf(good, good.length + 1));
      store.putIfAbsent(key, ByteBuffer.wrap(good));
    }
    readAll();
  }

  private void requireReported(BlobKey key, byte[] bad) throws IOException {
    store.delete(key);
    store.putIfAbsent(key, ByteBuffer.wrap(bad));
    assertThat(catchThrowable(this::readAll)).isInstanceOf(CorruptRepositoryException.class);
    store.delete(key);
  }

  private void readAll() throws IOException {
    WalLineage lineage = WalArchive.lineages(store, sealer).getFirst();
    WalArchive archive = WalArchive.of(store, sealer, lineage);
    assertThat(archive.readSummary(range(0))).isEqualTo(new byte[] {5, 6});
    assertThat(archive.read(range(0))).isEqualTo(wal(0));
    assertThat(archive.files()).containsExactly("a.history");
    assertThat(archive.file("a.history")).contains(new byte[] {1, 2, 3});
  }

  @Test
  void anObjectUnderAnotherNameIsReported() throws IOException {
    WalArchive archive = archive(store);
    WalArchive other = WalArchive.open(store, sealer, "other", 42, 16 << 20);
    WalNames names = new WalNames(archive.lineage().id());
    archive.put(range(0), wal(0), 0, LENGTH, new byte[0]);
    byte[] object = store.get(names.range(range(0), ""), Integer.MAX_VALUE);
    WalRange elsewhere = range(3);
    WalRange timeline = new WalRange(2, range(0).start(), range(0).end());
    store.putIfAbsent(names.range(elsewhere, ""), ByteBuffer.wrap(object));
    store.putIfAbsent(names.range(timeline, ""), ByteBuffer.wrap(object));
    store.putIfAbsent(
        new WalNames(other.lineage().id()).range(range(0), ""), ByteBuffer.wrap(object));

    assertThatThrownBy(() -> archive.read(elsewhere))
        .isInstanceOf(CorruptRepositoryException.class);
    assertThatThrownBy(() -> archive.readSummary(timeline))
        .isInstanceOf(CorruptRepositoryException.class);
    assertThatThrownBy(() -> other.read(range(0))).isInstanceOf(CorruptRepositoryException.class);
  }

  @Test
  void aLostRangeIsAGapAndReadingItIsReported() throws IOException {
    WalArchive archive = archive(store);
    for (int i = 0; i < 3; i++) {
      archive.put(range(i), wal(i), 0, LENGTH, new byte[0]);
    }
    store.delete(new WalNames(archive.lineage().id()).range(range(1), ""));
    assertThat(WalCoverage.gaps(archive.ranges(1), 0, 3 * LENGTH))
        .containsExactly(new WalCoverage.Gap(LENGTH, 2 * LENGTH));
    assertThatThrownBy(() -> archive.read(range(1)))
        .isInstanceOfSatisfying(
            CorruptRepositoryException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_MISSING));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void randomBytesInPlaceOfObjectsAreReported(long seed) throws IOException {
    archive(store).put(range(0), wal(0), 0, LENGTH, new byte[] {5, 6});
    archive(store).putFile("a.history", new byte[] {1, 2, 3});
    BlobKey key = new WalNames(archive(store).lineage().id()).range(range(0), "");
    byte[] good = store.get(key, Integer.MAX_VALUE);
    SplittableRandom random = Seeds.random(seed);
    for (int i = 0; i < 300; i++) {
      byte[] bad = new byte[random.nextInt(2 * good.length)];
      random.nextBytes(bad);
      System.arraycopy(good, 0, bad, 0, Math.min(bad.length, random.nextInt(80)));
      requireReported(key, bad);
    }
  }
}
