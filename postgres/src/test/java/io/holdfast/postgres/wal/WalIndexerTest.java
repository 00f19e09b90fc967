package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.SyntheticWal.Written;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WalIndexerTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final WalFormat FORMAT = new WalFormat(WalVersion.V18, SyntheticWal.SIZE, 1);

  static LongStream seeds() {
    return Seeds.stream();
  }

  private static SyntheticWal wal(SplittableRandom random, int records) {
    SyntheticWal wal = SyntheticWal.start(WalVersion.V18, 1, 9);
    for (int i = 0; i < records; i++) {
      // The clock jumps about by up to a minute.
      Instant time = NOON.plusMillis(i * 50L + random.nextInt(60_000));
      switch (random.nextInt(8)) {
        case 0 -> wal.noise(random.nextInt(30_000));
        case 1 -> wal.restorePoint("p" + i, time);
        case 2 -> wal.abort(1000 + i, time);
        default -> wal.commit(1000 + i, time);
      }
    }
    return wal;
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void summariesCountEachRecordOnceWhereverThePiecesAreCut(long seed) {
    SplittableRandom random = Seeds.random(seed);
    SyntheticWal wal = wal(random, 600);
    WalIndexer indexer = WalIndexer.atRecord(FORMAT, wal.base());
    List<WalSummary> summaries = new ArrayList<>();
    Lsn at = wal.base();
    while (at.isBefore(wal.position())) {
      Lsn to = at.plus(1 + random.nextLong(random.nextInt(3) == 0 ? 500 : 60_000));
      to = to.isBefore(wal.position()) ? to : wal.position();
      indexer.accept(ByteBuffer.wrap(wal.bytes(at, to)));
      WalSummary summary = indexer.cut(Optional.of(NOON));
      assertThat(summary.start()).isEqualTo(at);
      assertThat(summary.end()).isEqualTo(to);
      assertThat(WalSummary.decode(summary.encode())).isEqualTo(summary);
      summaries.add(summary);
      at = to;
    }
    for (WalSummary summary : summaries) {
      check(summary, ended(wal, summary.start(), summary.end()));
    }
  }

  private static List<Written> ended(SyntheticWal wal, Lsn from, Lsn to) {
    return wal.records().stream()
        .filter(r -> from.isBefore(r.end()) && !to.isBefore(r.end()))
        .toList();
  }

  private static void check(WalSummary summary, List<Written> expected) {
    assertThat(summary.damage()).isEmpty();
    assertThat(summary.records().map(WalSummary.Records::count).orElse(0L))
        .isEqualTo(expected.size());
    if (!expected.isEmpty()) {
      WalSummary.Records records = summary.records().orElseThrow();
      assertThat(records.first()).isEqualTo(expected.getFirst().start());
      assertThat(records.last()).isEqualTo(expected.getLast().start());
      assertThat(records.lastEnd()).isEqualTo(expected.getLast().end());
    }
    assertThat(summary.restorePoints().stream().map(WalFact.RestorePoint::lsn).toList())
        .isEqualTo(
            expected.stream()
                .filter(r -> r.say() instanceof SyntheticWal.Point)
                .map(Written::start)
                .toList());
    List<SyntheticWal.Ended> ends =
        expected.stream()
            .map(Written::say)
            .filter(SyntheticWal.Ended.class::isInstance)
            .map(SyntheticWal.Ended.class::cast)
            .toList();
    assertThat(summary.transactions().isPresent()).isEqualTo(!ends.isEmpty());
    summary
        .transactions()
        .ifPresent(
            t -> {
              List<Instant> times = ends.stream().map(SyntheticWal.Ended::time).toList();
              assertThat(t.commits() + t.aborts()).isEqualTo(ends.size());
              assertThat(t.commits())
                  .isEqualTo(ends.stream().filter(SyntheticWal.Ended::commit).count());
              assertThat(t.first()).isEqualTo(times.getFirst());
              assertThat(t.last()).isEqualTo(times.getLast());
              assertThat(t.earliest()).isEqualTo(times.stream().min(Instant::compareTo).get());
              assertThat(t.latest()).isEqualTo(times.stream().max(Instant::compareTo).get());
              checkSamples(t, expected);
            });
  }

  private static void checkSamples(WalSummary.Transactions t, List<Written> expected) {
    for (WalSummary.Sample sample : t.samples()) {
      Instant latest =
          expected.stream()
              .filter(r -> !sample.lsn().isBefore(r.start()))
              .filter(r -> r.say() instanceof SyntheticWal.Ended)
              .map(r -> ((SyntheticWal.Ended) r.say()).time())
              .max(Instant::compareTo)
              .orElseThrow();
      assertThat(sample.latest()).isEqualTo(latest);
    }
  }

  @Test
  void aSegmentFullOfCommitsHasASummaryOfAFewKilobytes() {
    SyntheticWal wal = SyntheticWal.start(WalVersion.V18, 1, 1);
    for (int i = 0; wal.position().minus(wal.base()) < 16 << 20; i++) {
      wal.commit(700 + i, NOON.plusNanos(i * 37_000L));
      if (i % 1000 == 0) {
        wal.restorePoint("a rather long name of a restore point, number " + i, NOON);
      }
    }
    WalIndexer indexer = WalIndexer.atRecord(FORMAT, wal.base());
    indexer.accept(ByteBuffer.wrap(wal.bytes(wal.base(), wal.position())));
    WalSummary summary = indexer.cut(Optional.empty());
    assertThat(summary.transactions().orElseThrow().samples())
        .hasSizeBetween(WalSummary.MAX_SAMPLES / 2, WalSummary.MAX_SAMPLES);
    assertThat(summary.restorePoints()).hasSize(WalSummary.MAX_RESTORE_POINTS);
    assertThat(summary.omittedRestorePoints()).isPositive();
    assertThat(summary.encode()).hasSizeLessThan(8 << 10);
  }

  @Test
  void startingInsideARecordIsSaidAndOverAtTheNextPage() {
    SyntheticWal wal = SyntheticWal.start(WalVersion.V18, 1, 1);
    Written big = wal.noise(20_000);
    Written commit = wal.commit(9, NOON);
    Lsn inside = big.start().plus(100);
    WalIndexer indexer = WalIndexer.anywhere(FORMAT, inside);
    Lsn lost = inside.plus(5000);
    indexer.accept(ByteBuffer.wrap(wal.bytes(inside, lost)));
    WalSummary nothing = indexer.cut(Optional.empty());
    assertThat(nothing.knownFrom()).isEqualTo(lost);
    assertThat(nothing.records()).isEmpty();
    indexer.accept(ByteBuffer.wrap(wal.bytes(lost, wal.position())));
    WalSummary rest = indexer.cut(Optional.empty());
    assertThat(rest.knownFrom()).isEqualTo(commit.start());
    assertThat(rest.transactions()).isPresent();
  }

  @Test
  void damageIsNotedAndIndexingGoesOnBehindIt() {
    SyntheticWal wal = SyntheticWal.start(WalVersion.V18, 1, 1);
    wal.noise(3000);
    Written hurt = wal.noise(3000);
    wal.noise(9000);
    Written after = wal.commit(9, NOON);
    byte[] bytes = wal.bytes(wal.base(), wal.position());
    bytes[(int) hurt.start().minus(wal.base()) + 100] ^= 1;
    WalIndexer indexer = WalIndexer.atRecord(FORMAT, wal.base());
    indexer.accept(ByteBuffer.wrap(bytes));
    WalSummary summary = indexer.cut(Optional.empty());
    assertThat(summary.damage()).contains(new WalEnd(hurt.start(), WalEnd.Reason.CHECKSUM));
    assertThat(summary.records().orElseThrow().last()).isEqualTo(after.start());
    assertThat(summary.transactions()).isPresent();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void mutatedSummariesAreReadOrRefused(long seed) {
    SplittableRandom random = Seeds.random(seed);
    SyntheticWal wal = wal(random, 300);
    WalIndexer indexer = WalIndexer.atRecord(FORMAT, wal.base());
    indexer.accept(ByteBuffer.wrap(wal.bytes(wal.base(), wal.position())));
    byte[] original = indexer.cut(Optional.of(NOON)).encode();
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = original.clone();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      if (random.nextInt(3) == 0) {
        bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 3));
      }
      try {
        WalSummary read = WalSummary.decode(bytes);
        assertThat(WalSummary.decode(read.encode())).isEqualTo(read);
      } catch (BackupException e) {
        assertThat(e.code()).isEqualTo(io.holdfast.base.ErrorCode.OBJECT_CORRUPT);
      }
    }
    assertThatThrownBy(() -> WalSummary.decode(new byte[70_000]))
        .isInstanceOf(BackupException.class);
  }
}
