package io.holdfast.server.run;

import io.holdfast.engine.plan.Job;
import java.time.Duration;
import java.util.List;

/// How a run is worked on, and what comes after it.
///
/// @param attempts how often it is tried in all while the failures can pass by themselves
/// @param deadline ends one try that takes longer; zero for the server's own limit
/// @param then what is queued when it completes: the first of these, with the rest after it
public record RunTerms(int attempts, Duration deadline, List<Job> then) {
  private static final int ATTEMPTS_MAX = 100;

  public static final RunTerms ONCE = ofAttempts(1);

  public RunTerms {
    then = List.copyOf(then);
    if (attempts < 1 || attempts > ATTEMPTS_MAX) {
      throw new IllegalArgumentException("attempts must be 1 to 100, are " + attempts);
    }
  }

  public static RunTerms ofAttempts(int attempts) {
    return new RunTerms(attempts, Duration.ZERO, List.of());
  }
}
