package io.holdfast.storage.web;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// No whole answer came.
public final class WebFailure extends IOException {
  private static final long serialVersionUID = 1L;

  private final Sent sent;

  WebFailure(String message, Sent sent, @Nullable Throwable cause) {
    super(message, cause);
    this.sent = sent;
  }

  /// How much of the request's body left. A server stores nothing before it has the last byte.
  public enum Sent {
    WHOLE,
    NOT_ALL
  }

  public Sent sent() {
    return sent;
  }

  /// Whether it is this thread that was interrupted, as it still is.
  boolean isInterruption() {
    return getCause() instanceof InterruptedException;
  }
}
