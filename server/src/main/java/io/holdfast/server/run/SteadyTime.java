package io.holdfast.server.run;

import java.time.Instant;
import java.time.InstantSource;

/// Time that never jumps, whatever somebody does to the clock: right in its distances only.
public final class SteadyTime implements InstantSource {
  private final Instant begin;
  private final long beginNanos;

  /// @param begin what it says now
  public SteadyTime(Instant begin) {
    this.begin = begin;
    this.beginNanos = System.nanoTime();
  }

  @Override
  public Instant instant() {
    return begin.plusNanos(System.nanoTime() - beginNanos);
  }
}
