package io.holdfast.postgres.recovery;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalSummary;
import java.util.Optional;

/// A piece of archived WAL.
///
/// @param summary of exactly this piece; without one the piece is read where it matters
public record WalRange(int timeline, Lsn start, Lsn end, Optional<WalSummary> summary) {
  public WalRange {
    if (!start.isBefore(end)) {
      throw new IllegalArgumentException("WAL range from " + start + " to " + end);
    }
    WalSummary of = summary.orElse(null);
    if (of != null
        && !(of.timeline() == timeline && of.start().equals(start) && of.end().equals(end))) {
      throw new IllegalArgumentException("summary of another range than " + start + " to " + end);
    }
  }
}
