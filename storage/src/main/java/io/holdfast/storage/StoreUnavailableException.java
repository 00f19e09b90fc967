package io.holdfast.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The store cannot be reached or refuses for now; nothing was written.
public final class StoreUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  public StoreUnavailableException(String message) {
    super(message);
  }

  public StoreUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
