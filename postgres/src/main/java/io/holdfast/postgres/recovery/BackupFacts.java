package io.holdfast.postgres.recovery;

import io.holdfast.postgres.Lsn;
import java.time.Instant;

/// What target resolution must know about a base backup.
///
/// @param timeline on which it was made
/// @param startLsn where replay starts: START WAL LOCATION of its label
/// @param stopLsn what the server answered at its end; consistent from there on
/// @param startTime when it began, by the server's clock if known
/// @param stopTime when it ended
public record BackupFacts(
    int timeline, Lsn startLsn, Lsn stopLsn, Instant startTime, Instant stopTime) {
  public BackupFacts {
    if (timeline < 1 || stopLsn.isBefore(startLsn) || stopTime.isBefore(startTime)) {
      throw new IllegalArgumentException(
          "backup from " + startLsn + " to " + stopLsn + ", " + startTime + " to " + stopTime);
    }
  }
}
