package io.holdfast.storage;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;

/// Says how long to wait so that all takers together get so many tokens per second. Whoever takes
/// more than there are owes them: the next ones wait longer, in the order in which they came.
///
/// A clock that is set back costs nothing; one that is set forward gives one burst.
final class TokenBucket {
  private final double burst;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private double perSecond;
  private double tokens;
  private Instant filled;

  /// @param burst how many may be taken at once after a rest
  TokenBucket(double perSecond, double burst, InstantSource clock) {
    if (!(perSecond > 0) || !(burst > 0)) {
      throw new IllegalArgumentException("bad bucket: " + perSecond + ", " + burst);
    }
    this.perSecond = perSecond;
    this.burst = burst;
    this.clock = clock;
    this.tokens = burst;
    this.filled = clock.instant();
  }

  /// Takes tokens; they may be used after the wait.
  Duration take(int count) {
    lock.lock();
    try {
      fill();
      tokens -= count;
      return tokens >= 0
          ? Duration.ZERO
          : Duration.ofNanos((long) Math.min(Long.MAX_VALUE / 2.0, -tokens / perSecond * 1e9));
    } finally {
      lock.unlock();
    }
  }

  /// Changes the rate from now on.
  void rate(double newPerSecond) {
    lock.lock();
    try {
      fill();
      perSecond = newPerSecond;
    } finally {
      lock.unlock();
    }
  }

  private void fill() {
    Instant now = clock.instant();
    Duration passed = Duration.between(filled, now);
    if (!passed.isNegative()) {
      tokens = Math.min(burst, tokens + perSecond * passed.toMillis() / 1e3);
      // What is left of a millisecond counts the next time.
      filled = filled.plusMillis(passed.toMillis());
    } else {
      filled = now;
    }
  }
}
