package io.holdfast.postgres.recovery;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.RecoveryWindow.Gap;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.TimelineHistory.Stage;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalSummary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The archived WAL along a path of timelines.
final class Coverage {
  private static final int MAX_GAPS = 16;

  /// Archived WAL of one range, as far as it lies on the path.
  ///
  /// @param range which it comes from; only [from, to) of it counts
  /// @param stageEnd where the path leaves the timeline to which these positions belong
  record Part(WalRange range, Lsn from, Lsn to, Lsn stageEnd) {
    int timeline() {
      return range.timeline();
    }

    /// The summary, unless it speaks of WAL behind the part as well. Nobody keeps it.
    Optional<WalSummary> summary(WalIndexSource source) throws IOException {
      return to.equals(range.end()) ? summaryOf(range, source) : Optional.empty();
    }
  }

  private final List<Stage> stages;
  private final WalSegmentSize size;
  private final WalIndexSource source;
  private final Map<Integer, List<WalRange>> ranges;

  private Coverage(
      List<Stage> stages,
      WalSegmentSize size,
      WalIndexSource source,
      Map<Integer, List<WalRange>> ranges) {
    this.stages = stages;
    this.size = size;
    this.source = source;
    this.ranges = ranges;
  }

  /// Lists what is archived from a position on; what lies before plays no part.
  static Coverage load(
      TimelineHistory target, WalSegmentSize size, WalIndexSource source, Lsn start)
      throws IOException {
    int oldest =
        target.ancestors().isEmpty() ? target.timeline() : target.ancestors().get(0).timeline();
    List<Stage> stages = target.pathFrom(oldest);
    Map<Integer, List<WalRange>> ranges = new HashMap<>();
    for (Stage stage : stages) {
      List<WalRange> sorted = new ArrayList<>(source.ranges(stage.timeline(), start));
      // Of those that start together the longest comes first.
      sorted.sort(
          (a, b) ->
              a.start().equals(b.start())
                  ? b.end().compareTo(a.end())
                  : a.start().compareTo(b.start()));
      ranges.put(stage.timeline(), sorted);
    }
    return new Coverage(stages, size, source, ranges);
  }

  /// The timelines of the path, oldest first.
  List<Stage> stages() {
    return stages;
  }

  /// Everything that is archived without a gap from this position on.
  List<Part> from(Lsn start) {
    List<Part> parts = new ArrayList<>();
    Map<Integer, Integer> cursors = new HashMap<>();
    Lsn at = start;
    for (Part part = partAt(at, cursors); part != null; part = partAt(at, cursors)) {
      parts.add(part);
      at = part.to;
    }
    return parts;
  }

  private @Nullable Part partAt(Lsn at, Map<Integer, Integer> cursors) {
    int i = stageIndex(at);
    Stage stage = stages.get(i);
    for (int source = i; source < stages.size(); source++) {
      // A new timeline begins with a copy of the segment in which the old one was left.
      if (source > i && at.isBefore(size.floor(stages.get(source).begin()))) {
        break;
      }
      WalRange range = rangeAt(stages.get(source).timeline(), at, cursors);
      if (range != null) {
        Lsn to = range.end().isBefore(stage.end()) ? range.end() : stage.end();
        return new Part(range, at, to, stage.end());
      }
    }
    return null;
  }

  /// The range that holds the position and reaches farthest. Positions rise from call to call.
  private @Nullable WalRange rangeAt(int timeline, Lsn at, Map<Integer, Integer> cursors) {
    List<WalRange> sorted = ranges.getOrDefault(timeline, List.of());
    int cursor = cursors.getOrDefault(timeline, 0);
    WalRange best = null;
    int next = cursor;
    while (next < sorted.size() && !at.isBefore(sorted.get(next).start())) {
      WalRange range = sorted.get(next);
      if (at.isBefore(range.end()) && (best == null || best.end().isBefore(range.end()))) {
        best = range;
        cursor = next;
      }
      next++;
    }
    cursors.put(timeline, best == null ? next : cursor);
    return best;
  }

  private int stageIndex(Lsn at) {
    int i = 0;
    while (i < stages.size() - 1 && !at.isBefore(stages.get(i).end())) {
      i++;
    }
    return i;
  }

  /// What is missing from this position on, where nothing is readable, until the archive ends.
  List<Gap> gapsFrom(Lsn end) throws IOException {
    List<Gap> gaps = new ArrayList<>();
    Lsn at = end;
    for (WalRange next = nextAfter(at); next != null; next = nextAfter(at)) {
      if (gaps.size() == MAX_GAPS) {
        break;
      }
      Stage stage = stages.get(stageIndex(at));
      Lsn resume = next.start().isBefore(at) ? at : next.start();
      gaps.add(
          new Gap(
              stage.timeline(),
              at,
              resume,
              summaryOf(next, source)
                  .flatMap(WalSummary::transactions)
                  .map(WalSummary.Transactions::first)));
      List<Part> parts = from(resume);
      at = parts.isEmpty() ? next.end() : parts.getLast().to;
    }
    Stage last = stages.getLast();
    if (at.isBefore(last.begin())) {
      gaps.add(new Gap(stages.get(stageIndex(at)).timeline(), at, last.begin(), Optional.empty()));
    }
    return gaps;
  }

  /// The first range on the path that begins behind a position.
  private @Nullable WalRange nextAfter(Lsn at) {
    WalRange next = null;
    for (int i = stageIndex(at); i < stages.size() && next == null; i++) {
      Stage stage = stages.get(i);
      for (WalRange range : ranges.getOrDefault(stage.timeline(), List.of())) {
        boolean behind = at.isBefore(range.start()) && range.start().isBefore(stage.end());
        boolean reachesIn = range.start().compareTo(stage.begin()) >= 0 || i == 0;
        if (behind && (reachesIn || stage.begin().isBefore(range.end()))) {
          next = range;
          break;
        }
      }
    }
    return next;
  }

  private static Optional<WalSummary> summaryOf(WalRange range, WalIndexSource source)
      throws IOException {
    Optional<WalSummary> summary = source.summary(range);
    if (summary.isPresent()) {
      WalSummary of = summary.get();
      if (of.timeline() != range.timeline()
          || !of.start().equals(range.start())
          || !of.end().equals(range.end())) {
        throw new IllegalArgumentException("summary of another range than " + range);
      }
    }
    return summary;
  }
}
