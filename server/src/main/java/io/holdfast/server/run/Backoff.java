package io.holdfast.server.run;

import io.holdfast.base.Entropy;
import java.nio.ByteBuffer;
import java.time.Duration;

/// How long to wait before the next try: up to a minute, doubled with each try up to an hour, and
/// by chance, so that what failed together does not come back together.
public final class Backoff {
  private static final Duration FIRST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final int DOUBLINGS_MAX = 6;

  private final Entropy chance;

  public Backoff(Entropy chance) {
    this.chance = chance;
  }

  /// @param attempt the try that failed, from 1
  public Duration after(int attempt) {
    Duration most = FIRST.multipliedBy(1L << Math.min(attempt - 1, DOUBLINGS_MAX));
    long millis = most.compareTo(LONGEST) > 0 ? LONGEST.toMillis() : most.toMillis();
    long drawn = ByteBuffer.wrap(chance.bytes(Long.BYTES)).getLong();
    return Duration.ofMillis(1 + Long.remainderUnsigned(drawn, millis));
  }
}
