package io.holdfast.base.concurrent;

import java.time.Duration;

/// Waiting, injected so that tests do not wait.
@FunctionalInterface
public interface Pause {
  /// Returns after about `duration`, or earlier with an `InterruptedException`.
  void await(Duration duration) throws InterruptedException;

  /// The real thing.
  static Pause real() {
    return duration -> Thread.sleep(duration);
  }
}
