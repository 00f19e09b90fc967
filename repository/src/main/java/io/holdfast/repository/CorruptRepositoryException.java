package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import org.jspecify.annotations.Nullable;

/// Stored bytes are missing or are not what was written.
public final class CorruptRepositoryException extends BackupException {
  private static final long serialVersionUID = 1L;

  private static final String VERIFY =
      "Run 'holdfast verify --all' to see which backups are affected, and keep the repository as it is.";
  private static final String PUT_BACK =
      "Nothing can be opened without it: put it back from a copy of the repository, and leave everything else as it is.";

  private CorruptRepositoryException(
      ErrorCode code, String message, String hint, @Nullable Throwable cause) {
    super(code, message, hint, cause);
  }

  /// The same for an object without which the repository cannot be opened at all, `verify`
  /// included.
  CorruptRepositoryException inTheWay() {
    CorruptRepositoryException same =
        new CorruptRepositoryException(code(), text(), PUT_BACK, this);
    for (Throwable also : getSuppressed()) {
      same.addSuppressed(also);
    }
    return same;
  }

  /// Something stored is damaged.
  public static CorruptRepositoryException damaged(String message) {
    return new CorruptRepositoryException(ErrorCode.OBJECT_CORRUPT, message, VERIFY, null);
  }

  public static CorruptRepositoryException damaged(String message, Throwable cause) {
    return new CorruptRepositoryException(ErrorCode.OBJECT_CORRUPT, message, VERIFY, cause);
  }

  /// Something that must be stored is not there.
  public static CorruptRepositoryException missing(String message) {
    return new CorruptRepositoryException(ErrorCode.OBJECT_MISSING, message, VERIFY, null);
  }
}
