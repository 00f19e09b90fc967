package io.holdfast.server.run;

import java.time.Duration;

/// How a node works on the queue.
///
/// @param workers how many runs it works on at once
/// @param lease after which a node that is not heard of has lost its runs
/// @param look how often it looks for work that others queued
/// @param stalledAfter ends a run that tells of no progress for so long
/// @param deadline ends a run that takes longer in all
public record RunLimits(
    int workers, Duration lease, Duration look, Duration stalledAfter, Duration deadline) {
  private static final int WORKERS_MAX = 64;
  private static final Duration LEASE_MIN = Duration.ofMillis(300);

  public static final RunLimits DEFAULT =
      new RunLimits(
          4,
          Duration.ofSeconds(60),
          Duration.ofSeconds(1),
          Duration.ofMinutes(30),
          Duration.ofHours(24));

  public RunLimits {
    if (workers < 1 || workers > WORKERS_MAX) {
      throw new IllegalArgumentException("workers must be 1 to 64, are " + workers);
    }
    if (lease.compareTo(LEASE_MIN) < 0 || look.compareTo(lease.dividedBy(3)) > 0) {
      throw new IllegalArgumentException(
          "a lease of " + lease + " is too short for a look every " + look);
    }
  }
}
