package io.holdfast.postgres.recovery;

import io.holdfast.postgres.Lsn;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What is reachable with one backup along one timeline.
///
/// @param from the backup's stop position
/// @param to the end of the last record that can be replayed
/// @param fromTime the earliest time that can be reached
/// @param toTime the latest time of which it is known that all its WAL is there
/// @param gaps missing WAL behind `to`; nothing behind the first one can be reached
public record RecoveryWindow(
    int timeline, Lsn from, Lsn to, Instant fromTime, Instant toTime, List<Gap> gaps) {
  public RecoveryWindow {
    gaps = List.copyOf(gaps);
  }

  /// Missing or unreadable WAL.
  ///
  /// @param to where the archive goes on
  /// @param nextTime the first transaction end known after it
  public record Gap(int timeline, Lsn from, Lsn to, Optional<Instant> nextTime) {
    @Override
    public String toString() {
      return from + " to " + to + " on timeline " + timeline;
    }
  }

  /// For messages: times, positions, gaps.
  public String describe() {
    StringBuilder text = new StringBuilder();
    text.append(fromTime).append(" to ").append(toTime);
    text.append(" (").append(from).append(" to ").append(to);
    text.append(" on timeline ").append(timeline).append(')');
    for (Gap gap : gaps) {
      text.append(", WAL missing from ").append(gap);
      gap.nextTime().ifPresent(time -> text.append(" (continues at ").append(time).append(')'));
    }
    return text.toString();
  }
}
