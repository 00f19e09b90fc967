package io.holdfast.postgres.recovery;

import io.holdfast.postgres.Lsn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A target as the server is told it, and the WAL it needs for that.
///
/// Files to give to the server: for each segment between `walNeededFrom` and `walNeededTo` the
/// bytes of all pieces that touch it, zeros where there are none at its end, under the *newest*
/// timeline of those pieces; and the history files.
///
/// @param timeline for `recovery_target_timeline`
/// @param lsn the start of the record at which to stop; for `AT_CONSISTENCY` the backup's stop
///   position
/// @param timeReached the time of the last transaction end that is replayed, if any is
/// @param walNeededFrom the start of the segment in which the backup starts
/// @param walNeededTo the end of the segment that holds the last byte of the record at `lsn`
/// @param pieces the archived WAL between them, in order and without a gap; may end before
///   `walNeededTo`
/// @param historyFiles timelines whose history files the server must find, among them all newer
///   ones that are known: without those it would give their numbers away a second time
/// @param remarks for the person who restores
public record ResolvedTarget(
    int timeline,
    Lsn lsn,
    StopRule rule,
    Optional<Instant> timeReached,
    Lsn walNeededFrom,
    Lsn walNeededTo,
    List<WalPiece> pieces,
    List<Integer> historyFiles,
    List<String> remarks) {
  public ResolvedTarget {
    pieces = List.copyOf(pieces);
    historyFiles = List.copyOf(historyFiles);
    remarks = List.copyOf(remarks);
  }

  /// The same with one more remark.
  public ResolvedTarget withRemark(String remark) {
    List<String> more = new ArrayList<>(remarks);
    more.add(remark);
    return new ResolvedTarget(
        timeline, lsn, rule, timeReached, walNeededFrom, walNeededTo, pieces, historyFiles, more);
  }
}
