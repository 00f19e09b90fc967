package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import org.jspecify.annotations.Nullable;

/// Stored bytes are missing or are not what was written.
public final class CorruptRepositoryException extends BackupException {
  private static final long serialVersionUID = 1L;

  private CorruptRepositoryException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(
        code,
        message,
        "Run 'holdfast verify --all' to see which backups are affected, and keep the repository as it is.",
        cause);
  }

  /// Something stored is damaged.
  public static CorruptRepositoryException damaged(String message) {
    return new CorruptRepositoryException(ErrorCode.OBJECT_CORRUPT, message, null);
  }

  public static CorruptRepositoryException damaged(String message, Throwable cause) {
    return new CorruptRepositoryException(ErrorCode.OBJECT_CORRUPT, message, cause);
  }

  /// Something that must be stored is not there.
  public static CorruptRepositoryException missing(String message) {
    return new CorruptRepositoryException(ErrorCode.OBJECT_MISSING, message, null);
  }
}
