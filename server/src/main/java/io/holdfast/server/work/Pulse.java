package io.holdfast.server.work;

import java.time.Duration;
import java.util.Optional;

/// Shows that work goes on.
public interface Pulse {
  /// Of the work, for people.
  String name();

  /// How often it should be done.
  Duration every();

  /// How long ago it was done without a failure, or was started; empty if it never was started.
  Optional<Duration> sinceLastDone();
}
