package io.holdfast.engine.notify;

import io.holdfast.base.ErrorCode;

/// What became of a notice in one channel.
public sealed interface Outcome {
  String channel();

  Notice notice();

  /// The receiver took it.
  record Delivered(String channel, Notice notice, int attempts) implements Outcome {}

  /// It did not, or nobody knows.
  ///
  /// @param text of the last failure, without any secret
  /// @param hint what to do; may be empty
  record Failed(
      String channel, Notice notice, int attempts, ErrorCode code, String text, String hint)
      implements Outcome {}

  /// It was never tried: too many waited, or the delivery was closed.
  record Dropped(String channel, Notice notice) implements Outcome {}
}
