package io.holdfast.storage.s3;

import io.holdfast.storage.Pace;
import java.time.Duration;

/// How long a store may keep us waiting.
///
/// @param connect until a connection stands
/// @param silence between two bytes of an answer
/// @param request for a request and its answer, without the time that their bytes take
/// @param bytesPerSecondMin slower than this counts as standing still
record S3Timeouts(Duration connect, Duration silence, Duration request, long bytesPerSecondMin) {
  /// A line of 1 Mbit/s may be shared by three requests.
  static final S3Timeouts DEFAULT =
      new S3Timeouts(
          Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60), 40 << 10);

  S3Timeouts {
    if (bytesPerSecondMin <= 0) {
      throw new IllegalArgumentException("bad speed: " + bytesPerSecondMin);
    }
  }

  /// The same where bytes may have to wait for their turn.
  S3Timeouts at(Pace pace) {
    return new S3Timeouts(connect, silence, request, pace.bytesPerSecondMin(bytesPerSecondMin));
  }

  /// The longest that a request with so many bytes may take.
  Duration of(long bytes) {
    return request.plusMillis(bytes * 1000 / bytesPerSecondMin);
  }
}
