package io.holdfast.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.testing.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Segments of 1 MiB; the stream begins in the middle of one. The clock only moves where a test
/// moves it.
@Timeout(60)
class WalCollectorTest {
  private static final int SEGMENT = 1 << 20;
  private static final Lsn START = new Lsn(7L * SEGMENT + SEGMENT / 2);
  private static final int BEHIND_SECONDS_MAX = 5;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-21T12:00:00Z"));
  private final List<Stored> stored = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();
  private final byte[] wal = Seeds.entropy(1).bytes(3 * SEGMENT);

  private record Stored(Lsn start, int length) {}

  @Test
  void theArchiveIsNeverMoreThanFiveSecondsBehindATrickle() throws Exception {
    int seconds = 60;
    int step = 100;
    try (WalCollector collector = collector(this::note)) {
      for (int second = 0; second < seconds; second++) {
        collector.accept(START.plus((long) second * step), wal, second * step, step);
        clock.advance(Duration.ofSeconds(1));
        collector.tick();
        // The first step came at 0; by now it is second + 1.
        long old = Math.max(0, second + 2 - BEHIND_SECONDS_MAX);
        Lsn due = START.plus(old * step);
        Eventually.await(due + " is stored", () -> !collector.durable().isBefore(due));
      }
      collector.drain();
      assertThat(collector.durable()).isEqualTo(START.plus((long) seconds * step));
    }
    assertThat(stored).as("few objects").hasSizeLessThanOrEqualTo(seconds / 4 + 1);
    assertContiguous(seconds * step);
  }

  @Test
  void oneRecordBeforeALongSilenceIsStoredTooAndSilenceIsNot() throws Exception {
    try (WalCollector collector = collector(this::note)) {
      collector.accept(START, wal, 0, 100);
      for (int second = 0; second < BEHIND_SECONDS_MAX; second++) {
        clock.advance(Duration.ofSeconds(1));
        collector.tick();
      }
      Eventually.await("the record is stored", () -> collector.durable().equals(START.plus(100)));
      for (int minute = 0; minute < 60; minute++) {
        clock.advance(Duration.ofMinutes(1));
        collector.tick();
      }
      collector.drain();
    }
    assertThat(stored).containsExactly(new Stored(START, 100));
  }

  @Test
  void cutsEndWhereSegmentsEnd() throws Exception {
    int length = 2 * SEGMENT;
    try (WalCollector collector = collector(this::note)) {
      collector.accept(START, wal, 0, length);
      assertThat(collector.received()).isEqualTo(START.plus(length));
      collector.drain();
    }
    assertThat(stored)
        .containsExactly(
            new Stored(START, SEGMENT / 2),
            new Stored(new Lsn(8L * SEGMENT), SEGMENT),
            new Stored(new Lsn(9L * SEGMENT), SEGMENT / 2));
  }

  @Test
  void nothingIsDurableBeforeTheStoreReturns() throws Exception {
    CountDownLatch storing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (WalCollector collector =
        collector(
            (_, _, _) -> {
              storing.countDown();
              await(goOn);
            })) {
      collector.accept(START, wal, 0, 100);
      collector.flush();
      await(storing);
      assertThat(collector.durable()).isEqualTo(START);
      goOn.countDown();
      collector.drain();
      assertThat(collector.durable()).isEqualTo(START.plus(100));
    } finally {
      goOn.countDown();
    }
  }

  @Test
  void aStoreThatFailsEndsTheStreamAndNothingCountsAsStoredAfterwards() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (WalCollector collector =
        collector(
            (_, _, _) -> {
              await(goOn);
              throw new IOException("no space");
            })) {
      collector.accept(START, wal, 0, 100);
      collector.flush();
      collector.accept(START.plus(100), wal, 100, 100);
      goOn.countDown();
      assertThatThrownBy(collector::drain).isInstanceOf(IOException.class).hasMessage("no space");
      assertThatThrownBy(collector::tick).hasMessage("no space");
      assertThat(collector.durable()).isEqualTo(START);
    }
  }

  @Test
  void bytesThatDoNotFollowAreRefused() throws Exception {
    try (WalCollector collector = collector(this::note)) {
      collector.accept(START, wal, 0, 100);
      assertThatThrownBy(() -> collector.accept(START.plus(101), wal, 101, 10))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(START.plus(100).toString());
    }
  }

  private WalCollector collector(WalCollector.Store store) {
    return new WalCollector(START, SEGMENT, clock, store);
  }

  /// Called by one worker; read after draining.
  private void note(Lsn start, byte[] bytes, int length) {
    content.write(bytes, 0, length);
    stored.add(new Stored(start, length));
  }

  private void assertContiguous(int length) {
    Lsn next = START;
    for (Stored cut : stored) {
      assertThat(cut.start()).isEqualTo(next);
      next = next.plus(cut.length());
    }
    assertThat(content.toByteArray()).isEqualTo(Arrays.copyOf(wal, length));
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
