package io.holdfast.repository.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class WalCoverageTest {
  private static final int WAL_BYTES = 3000;

  static LongStream seeds() {
    return Seeds.stream();
  }

  /// Positions begin shortly before the one where signed numbers turn negative.
  private static final long ORIGIN = Long.MAX_VALUE - 1000;

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void gapsAndEndsAreThoseOfABitmap(long seed) {
    SplittableRandom random = Seeds.random(seed);
    for (int round = 0; round < 200; round++) {
      BitSet covered = new BitSet();
      List<WalRange> ranges = new ArrayList<>();
      int count = random.nextInt(12);
      for (int i = 0; i < count; i++) {
        int start = random.nextInt(200);
        int end = start + 1 + random.nextInt(30);
        covered.set(start, end);
        ranges.add(new WalRange(1, ORIGIN + start * 10L, ORIGIN + end * 10L));
      }
      int from = random.nextInt(240);
      int to = from + random.nextInt(240 - from + 1);
      List<WalCoverage.Gap> expected = new ArrayList<>();
      for (int at = covered.nextClearBit(from); at < to; at = covered.nextClearBit(at)) {
        int next = covered.nextSetBit(at);
        int end = next < 0 || next > to ? to : next;
        expected.add(new WalCoverage.Gap(ORIGIN + at * 10L, ORIGIN + end * 10L));
        at = end;
      }
      assertThat(WalCoverage.gaps(ranges, ORIGIN + from * 10L, ORIGIN + to * 10L))
          .isEqualTo(expected);
      assertThat(WalCoverage.contiguousEnd(ranges, ORIGIN + from * 10L))
          .isEqualTo(ORIGIN + covered.nextClearBit(from) * 10L);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void anyWindowIsPutTogetherFromOverlappingRanges(long seed) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    byte[] wal = new byte[WAL_BYTES];
    random.nextBytes(wal);
    BitSet covered = new BitSet();
    WalArchive archive = WalArchive.open(new MemoryBlobStore(), new TestSealer(1), "s", 1, 1 << 20);
    for (int i = 0; i < 25; i++) {
      int start = random.nextInt(WAL_BYTES - 1);
      int end = start + 1 + random.nextInt(Math.min(400, WAL_BYTES - start));
      archive.put(
          new WalRange(7, ORIGIN + start, ORIGIN + end), wal, start, end - start, new byte[0]);
      covered.set(start, end);
    }
    List<WalRange> ranges = archive.ranges(7);
    for (int i = 0; i < 300; i++) {
      int start = random.nextInt(WAL_BYTES);
      int end = start + random.nextInt(WAL_BYTES - start + 1);
      int missing = covered.nextClearBit(start);
      if (missing >= end) {
        assertThat(archive.readBytes(7, ranges, ORIGIN + start, ORIGIN + end))
            .isEqualTo(Arrays.copyOfRange(wal, start, end));
      } else {
        assertThat(
                org.assertj.core.api.Assertions.catchThrowableOfType(
                        WalMissingException.class,
                        () -> archive.readBytes(7, ranges, ORIGIN + start, ORIGIN + end))
                    .position())
            .isEqualTo(ORIGIN + missing);
      }
    }
  }
}
