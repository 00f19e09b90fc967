package io.holdfast.engine.wal;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.TimelineHistory.Stage;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
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
    List<Stage> stages = history.pathFrom(history.timelineAt(from));
    for (Stage stage : stages.subList(0, stages.size() - 1)) {
      Lsn held = held(archive, stage.timeline(), from);
      boolean begun = from.isBefore(held);
      boolean inNextTimelinesFirstSegment = size.floor(stage.end()).equals(from);
      if (begun ? held.isBefore(stage.end()) : !inNextTimelinesFirstSegment) {
        return new StreamPosition(stage.timeline(), begun ? held : from);
      }
      from = size.floor(stage.end());
    }
    return inTimeline(archive, history.timeline(), from);
  }

  /// After what the archive has of one timeline from `from`, the start of a segment, on.
  static StreamPosition inTimeline(WalArchive archive, int timeline, Lsn from) throws IOException {
    Lsn held = held(archive, timeline, from);
    return new StreamPosition(timeline, from.isBefore(held) ? held : from);
  }

  private static Lsn held(WalArchive archive, int timeline, Lsn from) throws IOException {
    return new Lsn(WalCoverage.contiguousEnd(archive.ranges(timeline), from.value()));
  }
}
