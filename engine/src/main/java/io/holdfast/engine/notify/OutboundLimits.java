package io.holdfast.engine.notify;

import java.time.Duration;

/// How long a request may take, from the connection to the answer, and how large the head of the
/// answer may be. No more than the head is ever read.
public record OutboundLimits(Duration time, int headBytesMax) {
  public static final OutboundLimits DEFAULT = new OutboundLimits(Duration.ofSeconds(15), 16 << 10);

  public OutboundLimits {
    if (!time.isPositive() || time.compareTo(Duration.ofMinutes(10)) > 0) {
      throw new IllegalArgumentException("time must be up to 10 minutes, is " + time);
    }
    if (headBytesMax < 64 || headBytesMax > 1 << 20) {
      throw new IllegalArgumentException("headBytesMax must be 64 to 1 MiB, is " + headBytesMax);
    }
  }
}
