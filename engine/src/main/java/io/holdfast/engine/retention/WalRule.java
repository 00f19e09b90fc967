package io.holdfast.engine.retention;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.Duration;

/// How long WAL without gaps is wanted, and when it is due to be moved. WAL that a kept backup
/// needs never goes, however old.
///
/// @param keep recovery to every moment of so long a time is wanted; zero for as long as there are
///   backups
/// @param archiveAfter WAL that is older is due to be moved to the archive repository; zero for
///   never
public record WalRule(Duration keep, Duration archiveAfter) {
  /// All WAL from the earliest kept backup on, none of it moved.
  public static final WalRule NONE = new WalRule(Duration.ZERO, Duration.ZERO);

  /// @throws BackupException `BAD_ARGUMENT` if WAL were moved while it is to be kept
  public WalRule {
    KeepRules.requireTime("WAL cannot be kept for", keep);
    KeepRules.requireTime("WAL cannot be moved after", archiveAfter);
    if (!archiveAfter.isZero() && archiveAfter.compareTo(keep) <= 0) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "WAL is to be moved to the archive after %s, but kept here for %s"
              .formatted(TimeText.of(archiveAfter), TimeText.of(keep)),
          "Give a longer time for the archive than for keeping.");
    }
  }
}
