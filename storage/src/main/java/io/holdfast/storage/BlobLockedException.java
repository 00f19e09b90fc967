package io.holdfast.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The store keeps this blob for now: an object lock, a retention period or a legal hold forbids to
/// remove it. Whoever cleans up leaves it and tries again some other day.
public final class BlobLockedException extends IOException {
  private static final long serialVersionUID = 1L;

  public BlobLockedException(String message) {
    super(message);
  }

  public BlobLockedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
