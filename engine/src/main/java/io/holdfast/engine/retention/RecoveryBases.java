package io.holdfast.engine.retention;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The backups that recovery to every moment after some other begins with. A backup brings back no
/// moment before its own end.
final class RecoveryBases {
  private RecoveryBases() {}

  /// The newest backup that had ended by then; and for each line that goes on after it the same of
  /// that line, or its first one. Lines that ended before need none.
  ///
  /// @param oldestFirst good ones of one series
  static Set<Candidate> of(List<Candidate> oldestFirst, Instant begin) {
    Set<Candidate> bases = new HashSet<>();
    newest(oldestFirst, begin).ifPresent(bases::add);
    Map<Candidate.Line, List<Candidate>> lines = new LinkedHashMap<>();
    oldestFirst.forEach(
        backup -> lines.computeIfAbsent(backup.line(), _ -> new ArrayList<>()).add(backup));
    for (List<Candidate> line : lines.values()) {
      if (line.stream().anyMatch(backup -> backup.completedAt().isAfter(begin))) {
        bases.add(newest(line, begin).orElseGet(() -> firstToEnd(line)));
      }
    }
    return bases;
  }

  private static Candidate firstToEnd(List<Candidate> line) {
    return Collections.min(line, Comparator.comparing(Candidate::completedAt));
  }

  /// The newest of those that had ended: what began last, for it needs the least WAL.
  private static Optional<Candidate> newest(List<Candidate> oldestFirst, Instant begin) {
    return oldestFirst.reversed().stream()
        .filter(backup -> !backup.completedAt().isAfter(begin))
        .findFirst();
  }
}
