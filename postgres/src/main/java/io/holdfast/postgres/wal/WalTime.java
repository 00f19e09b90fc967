package io.holdfast.postgres.wal;

import java.time.Instant;

/// PostgreSQL's clock: microseconds since 2000-01-01 00:00 UTC.
public final class WalTime {
  private static final long EPOCH_SECONDS = 946_684_800L;
  private static final long MICROS = 1_000_000L;

  private WalTime() {}

  /// The instant of a server's time stamp, any 64-bit number.
  public static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        EPOCH_SECONDS + Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1000);
  }

  /// The server's time stamp of an instant, rounded down.
  ///
  /// @throws IllegalArgumentException if it is hundreds of thousands of years away
  public static long micros(Instant instant) {
    if (instant.isBefore(instant(Long.MIN_VALUE)) || instant.isAfter(instant(Long.MAX_VALUE))) {
      throw new IllegalArgumentException("beyond PostgreSQL's clock: " + instant);
    }
    // The product alone may overflow near the limits; the sum is right all the same.
    return (instant.getEpochSecond() - EPOCH_SECONDS) * MICROS + instant.getNano() / 1000;
  }
}
