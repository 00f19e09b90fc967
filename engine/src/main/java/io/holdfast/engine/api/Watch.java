package io.holdfast.engine.api;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Progress;

/// Who looks at operations while they run, and may end them.
///
/// @param progress is called from several threads, must return quickly and must not throw
/// @param cancellation once a stop was asked for, every operation that has it ends at its next safe
///   point with `CANCELLED`: it is for one operation, or for those that shall end together
public record Watch(Progress progress, Cancellation cancellation) {
  /// Nobody looks, and nobody will end it.
  public static Watch none() {
    return new Watch(Progress.NONE, new Cancellation());
  }
}
