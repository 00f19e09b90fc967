package io.holdfast.engine.wal;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.WalPiece;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Puts planned segments together from the archive, whose ranges it lists once. *Confined*.
public final class PlannedSegments {
  private final WalArchive archive;
  private final PlannedWal plan;
  private final Map<Integer, List<WalRange>> ranges = new HashMap<>();

  public PlannedSegments(WalArchive archive, PlannedWal plan) {
    this.archive = archive;
    this.plan = plan;
  }

  /// The whole segment, with zeros where the plan's pieces end.
  ///
  /// @throws io.holdfast.repository.wal.WalMissingException if WAL of the plan is no longer there
  public byte[] read(WalSegmentName name) throws IOException {
    byte[] segment = new byte[plan.size().bytes()];
    Lsn start = name.start(plan.size());
    for (WalPiece part : plan.within(start)) {
      byte[] bytes =
          archive.readBytes(
              part.timeline(), ranges(part.timeline()), part.from().value(), part.to().value());
      System.arraycopy(bytes, 0, segment, (int) part.from().minus(start), bytes.length);
    }
    return segment;
  }

  private List<WalRange> ranges(int timeline) throws IOException {
    List<WalRange> known = ranges.get(timeline);
    if (known == null) {
      known = archive.ranges(timeline);
      ranges.put(timeline, known);
    }
    return known;
  }
}
