package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThrottleTest {
  private static final int MIB = 1 << 20;

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private Duration longest = Duration.ZERO;

  @TempDir private Path directory = Path.of("");

  @Test
  void bytesFlowAtTheLimitEachWay() throws IOException {
    Pace pace = pace(4L * MIB, 16L * MIB);

    assertThat(secondsOf(() -> sendAll(pace, 64 * MIB))).isCloseTo(16, within(0.05));
    assertThat(secondsOf(() -> receiveAll(pace, 64 * MIB))).isCloseTo(4, within(0.05));
  }

  /// One slice waits for the bytes before it, not for all of a pack.
  @Test
  void aLargeBlobIsNoBurstAndNoLongStop() throws IOException {
    Pace pace = pace(MIB, MIB);
    sendAll(pace, 8 * MIB);
    assertThat(longest).isLessThan(Duration.ofMillis(100));
    Instant before = now;
    now = now.plus(Duration.ofHours(1));
    pace.send(Pace.SLICE_BYTES_MAX);
    pace.send(Pace.SLICE_BYTES_MAX);
    assertThat(Duration.between(before, now)).isGreaterThan(Duration.ofMillis(3_600_050));
  }

  @Test
  void aClockThatIsSetBackStopsNothing() throws IOException {
    Pace pace = pace(MIB, MIB);
    sendAll(pace, MIB);
    now = now.minus(Duration.ofDays(1));
    assertThat(secondsOf(() -> sendAll(pace, 2 * MIB))).isCloseTo(2, within(0.2));
  }

  @Test
  void aDirectoryIsThrottledWhileItsBytesFlow() throws IOException {
    var context = new StoreContext(() -> now, Seeds.entropy(1), Map.of(), pace(MIB, 2L * MIB));
    try (BlobStore store = BlobStores.open(directory.toString(), context)) {
      BlobKey key = new BlobKey("packs/one");
      byte[] bytes = Seeds.entropy(2).bytes(3 * MIB);
      assertThat(
              secondsOf(
                  () ->
                      assertThat(store.putIfAbsent(key, ByteBuffer.wrap(bytes)))
                          .isEqualTo(BlobStore.PutResult.STORED)))
          .isCloseTo(3, within(0.2));
      assertThat(secondsOf(() -> assertThat(store.get(key, 3 * MIB)).isEqualTo(bytes)))
          .isCloseTo(1.5, within(0.2));
    }
    assertThat(longest).isLessThan(Duration.ofMillis(100));
  }

  @Test
  void withoutLimitsThereIsNoThrottle() throws IOException {
    Pace pace = Throttle.of(OptionalLong.empty(), OptionalLong.empty(), () -> now, this::advance);
    assertThat(pace).isSameAs(Pace.FREE);
    assertThat(secondsOf(() -> sendAll(pace, 64 * MIB))).isZero();
    assertThat(pace.bytesPerSecondMin(131_072)).isEqualTo(131_072);
    Pace slowUp = pace(64 << 10, 1 << 30);
    assertThat(slowUp.bytesPerSecondMin(131_072)).isEqualTo(1024);
    assertThat(slowUp.sentPerSecondMin(131_072)).isEqualTo(1024);
    assertThat(slowUp.receivedPerSecondMin(131_072)).isEqualTo(131_072);
  }

  @Test
  void anInterruptionEndsTheWait() {
    Pace pace =
        Throttle.of(
            OptionalLong.of(MIB),
            OptionalLong.empty(),
            () -> now,
            _ -> {
              throw new InterruptedException();
            });
    assertThatThrownBy(() -> sendAll(pace, MIB)).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  private Pace pace(long upload, long download) {
    return Throttle.of(
        OptionalLong.of(upload), OptionalLong.of(download), () -> now, this::advance);
  }

  private void advance(Duration wait) {
    longest = wait.compareTo(longest) > 0 ? wait : longest;
    // Sleeping takes whole milliseconds.
    now = now.plus(wait.plusNanos(999_999).truncatedTo(java.time.temporal.ChronoUnit.MILLIS));
  }

  private double secondsOf(Work work) throws IOException {
    Instant before = now;
    work.run();
    return Duration.between(before, now).toMillis() / 1e3;
  }

  private static void sendAll(Pace pace, int bytes) throws IOException {
    for (int sent = 0; sent < bytes; sent += Pace.SLICE_BYTES_MAX) {
      pace.send(Pace.SLICE_BYTES_MAX);
    }
  }

  private static void receiveAll(Pace pace, int bytes) throws IOException {
    for (int received = 0; received < bytes; received += Pace.SLICE_BYTES_MAX) {
      pace.receive(Pace.SLICE_BYTES_MAX);
    }
  }

  private interface Work {
    void run() throws IOException;
  }
}
