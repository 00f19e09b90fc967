package io.holdfast.postgres.recovery;

import io.holdfast.postgres.Lsn;

/// A piece of archived WAL, by its positions alone.
public record WalRange(int timeline, Lsn start, Lsn end) {
  public WalRange {
    if (!start.isBefore(end)) {
      throw new IllegalArgumentException("WAL range from " + start + " to " + end);
    }
  }
}
