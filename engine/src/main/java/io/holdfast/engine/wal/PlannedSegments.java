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

  /// The whole segment, with zeros where the plan's pieces end. Handing it over fails with
  /// [io.holdfast.repository.wal.WalMissingException] if WAL of the plan is no longer there.
  public WalContent content(WalSegmentName name) {
    return consumer -> {
      Lsn written = name.start(plan.size());
      for (WalPiece part : plan.within(written)) {
        Zeros.handTo(consumer, part.from().minus(written));
        archive.readBytes(
            part.timeline(),
            ranges(part.timeline()),
            part.from().value(),
            part.to().value(),
            consumer);
        written = part.to();
      }
      Zeros.handTo(consumer, name.end(plan.size()).minus(written));
    };
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
