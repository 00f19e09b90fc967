package io.holdfast.engine.retention;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.Duration;

/// Limits that take away what rules keep: what one of them takes goes. They are the settings of an
/// account.
///
/// @param maxAge takes what began longer ago; zero for no limit
/// @param maxCount takes what is not among so many newest of the series, where good ones count
///   before damaged ones; zero for no limit
public record Caps(Duration maxAge, int maxCount) {
  /// No limits.
  public static final Caps NONE = new Caps(Duration.ZERO, 0);

  /// @throws BackupException `BAD_ARGUMENT` if a number is out of range
  public Caps {
    KeepRules.requireTime("the greatest age of backups cannot be", maxAge);
    if (maxCount < 0 || maxCount > KeepRules.PLACES_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "max-count " + maxCount + " is no number of backups",
          "Give 1 to " + KeepRules.PLACES_MAX + ".");
    }
  }

  /// Whether they take nothing.
  public boolean isEmpty() {
    return maxAge.isZero() && maxCount == 0;
  }
}
