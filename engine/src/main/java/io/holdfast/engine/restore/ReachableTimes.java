package io.holdfast.engine.restore;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Which moments a source can be brought back to.
///
/// @param lines one for each timeline of each cluster that the source was, oldest first
/// @param moments what dumps bring back, newest first
/// @param unusable physical backups whose own WAL is missing
/// @param warnings why there may be more backups than these; empty if there are none
public record ReachableTimes(
    String source,
    List<Line> lines,
    List<Moment> moments,
    List<Unusable> unusable,
    List<String> warnings) {
  public ReachableTimes {
    lines = List.copyOf(lines);
    moments = List.copyOf(moments);
    unusable = List.copyOf(unusable);
    warnings = List.copyOf(warnings);
  }

  /// A cluster on one of its timelines.
  ///
  /// @param cluster the system identifier
  /// @param windows in order, none of them touching the next
  /// @param gaps what lies between them, and behind the last one where WAL follows that no backup
  ///   can use
  public record Line(String cluster, int timeline, List<Window> windows, List<Gap> gaps) {
    public Line {
      windows = List.copyOf(windows);
      gaps = List.copyOf(gaps);
    }
  }

  /// Every moment from `from` to `to`.
  ///
  /// @param to the latest moment of which it is known that all its WAL is there
  /// @param first the backup that it begins with
  /// @param newest the backup that its end is reached with
  /// @param backups how many it has
  public record Window(
      Instant from,
      Instant to,
      String fromLsn,
      String toLsn,
      String first,
      String newest,
      int backups) {}

  /// Moments that cannot be reached.
  ///
  /// @param to empty if it goes on
  public record Gap(Instant from, Optional<Instant> to, String why) {}

  /// A moment that a backup brings back without any WAL.
  public record Moment(String backup, String kind, Instant at) {}

  /// A backup that cannot be recovered.
  public record Unusable(String backup, String why) {}

  /// The newest moment of all; empty if nothing can be brought back.
  public Optional<Instant> newest() {
    Optional<Instant> recovered =
        lines.stream()
            .flatMap(line -> line.windows().stream())
            .map(Window::to)
            .max(Instant::compareTo);
    Optional<Instant> dumped = moments.stream().map(Moment::at).max(Instant::compareTo);
    return Stream.of(recovered, dumped).flatMap(Optional::stream).max(Instant::compareTo);
  }
}
