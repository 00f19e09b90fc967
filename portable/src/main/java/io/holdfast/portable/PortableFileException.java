package io.holdfast.portable;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import org.jspecify.annotations.Nullable;

/// Why a file is refused. The message says what of the file is wrong; whoever knows the file's name
/// puts it in front.
public final class PortableFileException extends BackupException {
  private static final long serialVersionUID = 1L;

  private PortableFileException(
      ErrorCode code, String message, String hint, @Nullable Throwable cause) {
    super(code, message, hint, cause);
  }

  /// The bytes are not what a writer wrote.
  public static PortableFileException damaged(String message) {
    return new PortableFileException(
        ErrorCode.FILE_CORRUPT,
        message,
        "Nothing was changed. Get the file again from where it came, or make it anew.",
        null);
  }

  public static PortableFileException tooNew(int version) {
    return new PortableFileException(
        ErrorCode.FILE_TOO_NEW,
        "it has version " + version + " of its format, and this Holdfast reads version 1",
        "Use the version of Holdfast that wrote it, or a newer one.",
        null);
  }

  public static PortableFileException wrongKey(String message) {
    return new PortableFileException(
        ErrorCode.FILE_KEY_WRONG,
        message,
        "Give the key or passphrase that the file was encrypted with.",
        null);
  }

  public static PortableFileException beyondLimit(String message, String hint) {
    return new PortableFileException(ErrorCode.FILE_BEYOND_LIMIT, message, hint, null);
  }

  public static PortableFileException unknownKind(String message, String hint) {
    return new PortableFileException(ErrorCode.FILE_KIND_UNKNOWN, message, hint, null);
  }

  /// The same with the name of the file in front.
  public PortableFileException in(String file) {
    return new PortableFileException(code(), file + ": " + text(), hint(), this);
  }
}
