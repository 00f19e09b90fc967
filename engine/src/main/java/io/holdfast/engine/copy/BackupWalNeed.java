package io.holdfast.engine.copy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalFileName;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.List;

/// The write-ahead log without which a backup is not consistent.
record BackupWalNeed(PhysicalFacts facts) {
  /// From the beginning of the segment that it began in, on any timeline: the first segment may
  /// have been archived under the one before.
  boolean isNeeded(WalRange range, WalArchive archive) {
    long from = facts.walNeededFrom(archive.lineage()).position();
    return Long.compareUnsigned(range.end(), from) > 0
        && Long.compareUnsigned(range.start(), facts.stopLsn().value()) < 0
        && Integer.compareUnsigned(range.timeline(), facts.timeline()) <= 0;
  }

  /// Also everything that came later, on its timeline and on all others.
  boolean isNeededOrLater(WalRange range, WalArchive archive) {
    long from = facts.walNeededFrom(archive.lineage()).position();
    return Long.compareUnsigned(range.end(), from) > 0;
  }

  /// @throws BackupException `WAL_GAP` if the archive lacks any of it
  void requireIn(WalArchive archive, String where) throws IOException {
    List<WalCoverage.Gap> gaps =
        WalCoverage.gaps(
            archive.ranges(facts.timeline()), facts.startLsn().value(), facts.stopLsn().value());
    if (!gaps.isEmpty()) {
      WalCoverage.Gap gap = gaps.getFirst();
      throw new BackupException(
          ErrorCode.WAL_GAP,
          "WAL that the backup needs is not in the "
              + where
              + " from "
              + new Lsn(gap.start())
              + " to "
              + new Lsn(gap.end()),
          "'holdfast verify' says whether the backup can be restored.");
    }
    String history = new WalFileName.History(facts.timeline()).toString();
    if (facts.timeline() > 1 && archive.file(history).isEmpty()) {
      throw new BackupException(
          ErrorCode.WAL_GAP,
          history + ", which the backup needs, is not in the " + where,
          "'holdfast verify' says whether the backup can be restored.");
    }
  }
}
