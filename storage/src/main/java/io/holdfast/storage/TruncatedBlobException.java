package io.holdfast.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A blob is shorter than it should be.
public final class TruncatedBlobException extends IOException {
  private static final long serialVersionUID = 1L;

  public TruncatedBlobException(String message) {
    super(message);
  }

  public TruncatedBlobException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
