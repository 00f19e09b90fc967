package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;

/// What gives way when the server has no more space for the WAL that our slot makes it keep.
public enum OverflowPolicy {
  /// The slot is dropped: the archive gets a gap, the database goes on.
  PROTECT_DATABASE("protect-database"),
  /// The slot stays: the archive stays whole, the database may stop.
  PROTECT_ARCHIVE("protect-archive");

  private final String word;

  OverflowPolicy(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  public static OverflowPolicy parse(String text) {
    for (OverflowPolicy policy : values()) {
      if (policy.word.equals(text)) {
        return policy;
      }
    }
    throw new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "'" + text + "' is not an overflow policy",
        "Use protect-database or protect-archive.");
  }
}
