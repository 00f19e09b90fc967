package io.holdfast.engine.notify;

import java.net.SocketTimeoutException;
import java.time.Duration;

/// The moment by which all of an exchange is over, on the clock that nobody sets.
record Deadline(long endNanos) {
  static Deadline after(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  /// What is left, at least one millisecond.
  ///
  /// @throws SocketTimeoutException if nothing is
  int leftMillis() throws SocketTimeoutException {
    long left = endNanos - System.nanoTime();
    if (left <= 0) {
      throw new SocketTimeoutException("no time left");
    }
    return Math.clamp(left / 1_000_000, 1, Integer.MAX_VALUE);
  }

  /// What is left; zero if nothing is.
  Duration left() {
    return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
  }
}
