package io.holdfast.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The store did not say whether a write took effect.
public final class WriteOutcomeUnknownException extends IOException {
  private static final long serialVersionUID = 1L;

  public WriteOutcomeUnknownException(String message) {
    super(message);
  }

  public WriteOutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
