package io.holdfast.postgres.recovery;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.TimelineHistory.Ancestor;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// The timelines of a cluster, as far as their histories are archived.
final class Timelines {
  private final TreeMap<Integer, TimelineHistory> known = new TreeMap<>();

  Timelines(Collection<TimelineHistory> histories) {
    histories.forEach(history -> known.put(history.timeline(), history));
  }

  /// The timeline that is meant.
  ///
  /// @throws BackupException if it is not known or does not come after the backup
  TimelineHistory choose(BackupFacts backup, TargetTimeline target) {
    return switch (target) {
      case TargetTimeline.Current current -> own(backup);
      case TargetTimeline.Latest latest -> newest(backup);
      case TargetTimeline.Numbered(int number) -> numbered(backup, number);
    };
  }

  /// Other branches that could have been followed from this backup.
  List<TimelineHistory> branches(BackupFacts backup, TimelineHistory chosen) {
    return known.values().stream()
        .filter(other -> follows(other, backup))
        .filter(other -> !chosen.contains(other.timeline()))
        .toList();
  }

  /// All timelines that have a history file.
  List<Integer> withHistoryFile() {
    return known.keySet().stream().filter(timeline -> timeline > 1).toList();
  }

  private TimelineHistory own(BackupFacts backup) {
    return known.getOrDefault(backup.timeline(), TimelineHistory.root(backup.timeline()));
  }

  private TimelineHistory newest(BackupFacts backup) {
    return known.descendingMap().values().stream()
        .filter(history -> follows(history, backup))
        .findFirst()
        .orElseGet(() -> own(backup));
  }

  private TimelineHistory numbered(BackupFacts backup, int number) {
    if (number == backup.timeline()) {
      return own(backup);
    }
    TimelineHistory history = known.get(number);
    if (history == null) {
      throw wrong(
          "timeline " + number + " is not known",
          known.isEmpty()
              ? "The repository knows timeline " + backup.timeline() + " only."
              : "The repository knows timeline "
                  + backup.timeline()
                  + ", on which the backup was made, and "
                  + known.keySet()
                  + ".");
    }
    if (!follows(history, backup)) {
      throw wrong(
          "timeline "
              + number
              + " does not come after this backup, which ends at "
              + backup.stopLsn()
              + " on timeline "
              + backup.timeline(),
          "Choose a backup made on a timeline from which timeline " + number + " descends.");
    }
    return history;
  }

  private static boolean follows(TimelineHistory history, BackupFacts backup) {
    if (history.timeline() == backup.timeline()) {
      return true;
    }
    Optional<Ancestor> ancestor =
        history.ancestors().stream().filter(a -> a.timeline() == backup.timeline()).findFirst();
    return ancestor.filter(a -> !a.left().isBefore(backup.stopLsn())).isPresent();
  }

  private static BackupException wrong(String message, String hint) {
    return new BackupException(ErrorCode.RECOVERY_TARGET_UNREACHABLE, message, hint);
  }
}
