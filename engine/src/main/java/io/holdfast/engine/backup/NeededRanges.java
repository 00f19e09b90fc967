package io.holdfast.engine.backup;

import io.holdfast.postgres.Lsn;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// The write-ahead log of an archive without which a backup cannot be restored, and what of it is
/// not there. It begins with the segment that the backup began in, for a server reads whole
/// segments; what lies in that segment before the backup may have been written on a timeline before
/// the backup's. Names only, nothing is read.
///
/// @param ranges those that the backup needs a part of, in order
/// @param missing what no range covers, in order
public record NeededRanges(List<WalRange> ranges, List<WalCoverage.Gap> missing) {
  public NeededRanges {
    ranges = List.copyOf(ranges);
    missing = List.copyOf(missing);
  }

  /// Looks into an archive.
  public static NeededRanges of(WalArchive archive, PhysicalFacts facts) throws IOException {
    long first = facts.walNeededFrom(archive.lineage()).position();
    long start = facts.startLsn().value();
    long stop = facts.stopLsn().value();
    List<WalRange> own = between(archive.ranges(facts.timeline(), first), first, stop);
    TreeSet<WalRange> needed = new TreeSet<>(own);
    List<WalCoverage.Gap> missing = new ArrayList<>(WalCoverage.gaps(own, first, start));
    if (!missing.isEmpty()) {
      for (int timeline : archive.timelines()) {
        if (Integer.compareUnsigned(timeline, facts.timeline()) < 0) {
          needed.addAll(between(archive.ranges(timeline, first), first, start));
        }
      }
      missing = new ArrayList<>(WalCoverage.gaps(needed, first, start));
    }
    missing.addAll(WalCoverage.gaps(own, start, stop));
    return new NeededRanges(List.copyOf(needed), missing);
  }

  /// Whether a backup may need a part of a range.
  public static boolean isNeeded(WalRange range, WalArchive archive, PhysicalFacts facts) {
    long first = facts.walNeededFrom(archive.lineage()).position();
    int order = Integer.compareUnsigned(range.timeline(), facts.timeline());
    long end = order == 0 ? facts.stopLsn().value() : facts.startLsn().value();
    return order <= 0 && reaches(range, first, end);
  }

  /// What is missing, for a person.
  public List<String> gaps() {
    return missing.stream()
        .map(
            gap ->
                "WAL that it needs is missing from "
                    + new Lsn(gap.start())
                    + " to "
                    + new Lsn(gap.end()))
        .toList();
  }

  private static List<WalRange> between(List<WalRange> ranges, long from, long to) {
    return ranges.stream().filter(range -> reaches(range, from, to)).toList();
  }

  private static boolean reaches(WalRange range, long from, long to) {
    return Long.compareUnsigned(range.end(), from) > 0
        && Long.compareUnsigned(range.start(), to) < 0;
  }
}
