package io.holdfast.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The store has no space left; nothing was written.
public final class StoreFullException extends IOException {
  private static final long serialVersionUID = 1L;

  public StoreFullException(String message) {
    super(message);
  }

  public StoreFullException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
