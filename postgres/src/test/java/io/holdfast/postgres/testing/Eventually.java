package io.holdfast.postgres.testing;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Asks again and again until something is so: a test that waits in vain fails and does not hang.
public final class Eventually {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private Eventually() {}

  /// Fails after half a minute, or at once when the test is interrupted.
  public static void await(String what, BooleanSupplier condition) {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("interrupted before " + what);
      }
      if (System.nanoTime() - begin > LIMIT.toNanos()) {
        throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what);
      }
      Thread.onSpinWait();
    }
  }
}
