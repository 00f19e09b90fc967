package io.holdfast.base;

import org.jspecify.annotations.Nullable;

/// A failure that has been understood: a permanent code, a message with the values involved (lower
/// case, no full stop) and a hint for a person (a sentence that names a command or a setting).
public class BackupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String hint;

  public BackupException(ErrorCode code, String message, String hint) {
    this(code, message, hint, null);
  }

  public BackupException(ErrorCode code, String message, String hint, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.hint = hint;
  }

  public ErrorCode code() {
    return code;
  }

  /// What to do; may be empty.
  public String hint() {
    return hint;
  }

  /// The message, never absent.
  public String text() {
    String message = getMessage();
    return message == null ? code.meaning() : message;
  }
}
