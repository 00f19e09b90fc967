package io.holdfast.engine.notify;

import java.time.Duration;

/// How often something is tried, and how long the pauses between are: the first one, then four
/// times as long each time, up to the longest.
public record Attempts(int max, Duration firstPause, Duration longestPause) {
  /// Five within about three minutes.
  public static final Attempts DEFAULT =
      new Attempts(5, Duration.ofSeconds(2), Duration.ofMinutes(2));

  private static final int FACTOR = 4;
  private static final int ATTEMPTS_MAX = 20;

  public Attempts {
    if (max < 1 || max > ATTEMPTS_MAX) {
      throw new IllegalArgumentException("attempts must be 1 to " + ATTEMPTS_MAX + ", are " + max);
    }
    if (firstPause.isNegative() || longestPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "pauses must not be negative, nor the longest the shorter");
    }
  }

  /// The pause after an attempt, counted from 1 on.
  Duration pauseAfter(int attempt) {
    Duration pause = firstPause;
    for (int i = 1; i < attempt && pause.compareTo(longestPause) < 0; i++) {
      pause = pause.multipliedBy(FACTOR);
    }
    return pause.compareTo(longestPause) < 0 ? pause : longestPause;
  }
}
