package io.holdfast.engine.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Backups for tests: of an hour each, good, of one cluster.
final class SomeBackups {
  static final Series SERIES = new Series("erp", "physical", "main", Map.of());
  static final Candidate.Line LINE = new Candidate.Line("7", "1");

  private SomeBackups() {}

  static Candidate good(String id, String started) {
    return at(id, Instant.parse(started));
  }

  static Candidate at(String id, Instant started) {
    return new Candidate(
        id,
        id,
        SERIES,
        Candidate.Type.FULL,
        started,
        started.plus(Duration.ofHours(1)),
        Candidate.Condition.GOOD,
        new Hold.None(),
        Optional.empty(),
        LINE,
        100,
        10);
  }

  static Candidate of(Candidate backup, Candidate.Type type, Candidate.Line line) {
    return new Candidate(
        backup.id(),
        backup.name(),
        backup.series(),
        type,
        backup.startedAt(),
        backup.completedAt(),
        backup.condition(),
        backup.hold(),
        backup.base(),
        line,
        backup.logicalBytes(),
        backup.storedBytes());
  }

  static Candidate based(Candidate backup, String base) {
    return new Candidate(
        backup.id(),
        backup.name(),
        backup.series(),
        Candidate.Type.INCREMENTAL,
        backup.startedAt(),
        backup.completedAt(),
        backup.condition(),
        backup.hold(),
        Optional.of(base),
        backup.line(),
        backup.logicalBytes(),
        backup.storedBytes());
  }

  static Candidate damaged(Candidate backup) {
    return backup.with(Candidate.Condition.DAMAGED, backup.hold());
  }

  static List<String> kept(List<Verdict> verdicts) {
    return verdicts.stream().filter(Verdict::isKept).map(v -> v.backup().id()).toList();
  }
}
