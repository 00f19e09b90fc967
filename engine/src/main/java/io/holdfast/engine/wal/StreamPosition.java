package io.holdfast.engine.wal;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.TimelineHistory.Stage;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.List;

/// Where a stream goes on.
///
/// @param timeline the server's own, or an ancestor whose rest is not archived yet
record StreamPosition(int timeline, Lsn start) {
  /// After what the archive has of the server's own past. A timeline that the server left is only
  /// looked at up to there: beyond, the archive may hold the WAL of another branch, for example of
  /// the cluster from which this one was restored.
  ///
  /// @param history of the server's timeline
  /// @param reserved the first position whose WAL the server keeps
  static StreamPosition after(WalArchive archive, TimelineHistory history, Lsn reserved)
      throws IOException {
    WalSegmentSize size = new WalSegmentSize(archive.lineage().segmentBytes());
    Lsn from = size.floor(reserved);
    Lsn told = reserved;
    List<Stage> stages = history.pathFrom(history.timelineAt(from));
    for (Stage stage : stages.subList(0, stages.size() - 1)) {
      Lsn held = held(archive, stage, from, told);
      boolean begun = from.isBefore(held);
      boolean inNextTimelinesFirstSegment = size.floor(stage.end()).equals(from);
      if (begun ? held.isBefore(stage.end()) : !inNextTimelinesFirstSegment) {
        return new StreamPosition(stage.timeline(), held);
      }
      from = size.floor(stage.end());
      told = told.isBefore(stage.end()) ? stage.end() : told;
    }
    return inTimeline(archive, history.timeline(), from, told);
  }

  /// After what the archive has of one timeline.
  ///
  /// @param from the start of a segment
  /// @param told the server knows that everything before is stored
  static StreamPosition inTimeline(WalArchive archive, int timeline, Lsn from, Lsn told)
      throws IOException {
    Stage whole = new Stage(timeline, from, TimelineHistory.END);
    return new StreamPosition(timeline, held(archive, whole, from, told));
  }

  /// Not before `from`.
  private static Lsn held(WalArchive archive, Stage stage, Lsn from, Lsn told) throws IOException {
    List<WalRange> ranges =
        archive.ranges(stage.timeline()).stream()
            .filter(range -> new Lsn(range.start()).isBefore(stage.end()))
            .toList();
    return StoredBefore.durableEnd(archive, ranges, from, told);
  }
}
