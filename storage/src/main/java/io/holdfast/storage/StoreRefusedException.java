package io.holdfast.storage;

import io.holdfast.base.ErrorCode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The store understood and refuses: a permission, a credential or the place itself is missing.
/// Nothing was written, and to repeat the request does not help.
public final class StoreRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String advice;

  /// @param advice a sentence that says what a person can do
  public StoreRefusedException(
      ErrorCode code, String message, String advice, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.advice = advice;
  }

  /// The code to report where nothing more is known.
  public ErrorCode code() {
    return code;
  }

  /// What a person can do about it.
  public String advice() {
    return advice;
  }
}
