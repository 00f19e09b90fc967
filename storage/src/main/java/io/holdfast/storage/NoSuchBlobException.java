package io.holdfast.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// There is no blob of that name.
public final class NoSuchBlobException extends IOException {
  private static final long serialVersionUID = 1L;

  public NoSuchBlobException(String message) {
    super(message);
  }

  public NoSuchBlobException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
