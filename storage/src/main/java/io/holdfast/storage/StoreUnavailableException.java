package io.holdfast.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The store cannot be reached or refuses for now; nothing was written.
public final class StoreUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String advice;
  private final boolean busy;

  public StoreUnavailableException(String message) {
    this(message, null);
  }

  public StoreUnavailableException(String message, @Nullable Throwable cause) {
    this(message, cause, "", false);
  }

  private StoreUnavailableException(
      String message, @Nullable Throwable cause, String advice, boolean busy) {
    super(message, cause);
    this.advice = advice;
    this.busy = busy;
  }

  /// A store that has too much to do and asks for fewer requests.
  public static StoreUnavailableException busy(String message, @Nullable Throwable cause) {
    return new StoreUnavailableException(message, cause, "", true);
  }

  /// A refusal that only a person ends.
  ///
  /// @param advice a sentence that says how
  public static StoreUnavailableException advising(String advice, String message) {
    return new StoreUnavailableException(message, null, advice, false);
  }

  /// Whether the store asked for fewer requests.
  public boolean isBusy() {
    return busy;
  }

  /// What a person can do about it; empty where the store itself has to be looked at.
  public String advice() {
    return advice;
  }
}
