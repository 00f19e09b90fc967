package io.holdfast.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// An object is no more the version that was to be read.
public final class ObjectChangedException extends IOException {
  private static final long serialVersionUID = 1L;

  public ObjectChangedException(String message) {
    super(message);
  }

  public ObjectChangedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
