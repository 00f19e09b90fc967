package io.holdfast.portable;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Progress;

/// How a file is read.
public record PortableReading(PortableLimits limits, Progress progress, Cancellation cancellation) {
  /// With the usual limits, watched by nobody.
  public static PortableReading plain() {
    return new PortableReading(PortableLimits.DEFAULT, Progress.NONE, new Cancellation());
  }
}
