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
  private final boolean unsupported;

  /// @param advice a sentence that says what a person can do
  public StoreRefusedException(
      ErrorCode code, String message, String advice, @Nullable Throwable cause) {
    this(code, message, advice, cause, false);
  }

  private StoreRefusedException(
      ErrorCode code,
      String message,
      String advice,
      @Nullable Throwable cause,
      boolean unsupported) {
    super(message, cause);
    this.code = code;
    this.advice = advice;
    this.unsupported = unsupported;
  }

  /// The store does not do what it was asked for, whoever asks.
  ///
  /// @param advice a sentence that says what a person can do
  public static StoreRefusedException unsupported(
      String message, String advice, @Nullable Throwable cause) {
    return new StoreRefusedException(ErrorCode.STORE_UNAVAILABLE, message, advice, cause, true);
  }

  /// Whether it is the store that cannot do it, rather than these credentials or this place.
  public boolean isUnsupported() {
    return unsupported;
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
