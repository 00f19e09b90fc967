package io.holdfast.engine.copy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.backup.NeededRanges;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.postgres.wal.WalFileName;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import io.holdfast.repository.wal.WalVariant;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The write-ahead log without which a backup is not consistent.
record BackupWalNeed(PhysicalFacts facts) {
  private static final String HINT = "'holdfast verify' says whether the backup can be restored.";

  /// From the beginning of the segment that it began in, there also on timelines before.
  boolean isNeeded(WalRange range, WalArchive archive) {
    return NeededRanges.isNeeded(range, archive, facts);
  }

  /// Also everything that came later, on its timeline and on all others.
  boolean isNeededOrLater(WalRange range, WalArchive archive) {
    return Long.compareUnsigned(range.end(), from(archive)) > 0;
  }

  /// The first position that is needed.
  long from(WalArchive archive) {
    return facts.walNeededFrom(archive.lineage()).position();
  }

  /// Whether an archive has all of it.
  boolean isIn(WalArchive archive) throws IOException {
    return NeededRanges.of(archive, facts).missing().isEmpty() && hasHistory(archive);
  }

  /// @throws BackupException `WAL_GAP` if the archive lacks any of it
  void requireIn(WalArchive archive, String where) throws IOException {
    NeededRanges needed = NeededRanges.of(archive, facts);
    if (!needed.missing().isEmpty()) {
      throw new BackupException(
          ErrorCode.WAL_GAP, needed.gaps().getFirst() + " in the " + where, HINT);
    }
    if (!hasHistory(archive)) {
      throw new BackupException(
          ErrorCode.WAL_GAP, history() + ", which the backup needs, is not in the " + where, HINT);
    }
  }

  /// The ranges that the backup needs and that an archive has two contents of.
  List<WalRange> conflicts(WalArchive archive) throws IOException {
    List<WalRange> conflicts = new ArrayList<>();
    for (int timeline : archive.timelines()) {
      for (WalVariant variant : archive.conflicts(timeline)) {
        if (isNeeded(variant.range(), archive)) {
          conflicts.add(variant.range());
        }
      }
    }
    return conflicts;
  }

  /// @throws BackupException `WAL_CONFLICT` if the target has other bytes of a range than the
  ///   source, and what was copied only beside them
  void requireSame(WalRange range, WalArchive source, WalArchive target) throws IOException {
    if (!isSame(range, source, target)) {
      throw new BackupException(
          ErrorCode.WAL_CONFLICT,
          "the target has other WAL of " + range + ", which the backup needs",
          "'holdfast verify' of the target tells more; another repository can take the backup.");
    }
  }

  private static boolean isSame(WalRange range, WalArchive source, WalArchive target)
      throws IOException {
    int timeline = range.timeline();
    byte[] original =
        source.readBytes(
            timeline, source.ranges(timeline, range.start()), range.start(), range.end());
    return Arrays.equals(original, target.read(range));
  }

  String history() {
    return new WalFileName.History(facts.timeline()).toString();
  }

  private boolean hasHistory(WalArchive archive) throws IOException {
    return facts.timeline() == 1 || archive.file(history()).isPresent();
  }
}
