package io.holdfast.storage.web;

import java.time.Duration;

/// How long a service may keep us waiting.
///
/// @param connect until a connection stands
/// @param silence between two parts of an answer
/// @param request for a request and its answer, without the time that their bytes take
/// @param bytesPerSecondMin slower than this counts as standing still
public record WebTimeouts(
    Duration connect, Duration silence, Duration request, long bytesPerSecondMin) {
  /// A line of 1 Mbit/s may be shared by three requests.
  public static final WebTimeouts DEFAULT =
      new WebTimeouts(
          Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60), 40 << 10);

  /// For what answers at once or is not there: services of the machine itself.
  public static final WebTimeouts NEARBY =
      new WebTimeouts(
          Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(10), 128 << 10);

  public WebTimeouts {
    if (bytesPerSecondMin <= 0) {
      throw new IllegalArgumentException("bad speed: " + bytesPerSecondMin);
    }
  }
}
