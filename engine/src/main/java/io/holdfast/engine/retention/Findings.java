package io.holdfast.engine.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What speaks for a backup and against it, gathered while a policy judges. *Confined.*
final class Findings {
  private final Candidate backup;

  /// Whatever rules and caps say.
  private final List<Reason> always = new ArrayList<>();

  private final List<Reason> rules = new ArrayList<>();
  private final List<Reason> caps = new ArrayList<>();

  /// Why no rule keeps it, if none does.
  private Reason otherwise = new Reason.NoRuleKeeps();

  Findings(Candidate backup) {
    this.backup = backup;
  }

  Candidate backup() {
    return backup;
  }

  void always(Reason reason) {
    always.add(reason);
  }

  void rule(Reason reason) {
    rules.add(reason);
  }

  void cap(Reason reason) {
    caps.add(reason);
  }

  void superseded() {
    otherwise = new Reason.Superseded();
  }

  void neededBy(Candidate other) {
    if (always.stream().noneMatch(Reason.NeededBy.class::isInstance)) {
      always.add(new Reason.NeededBy(other.name()));
    }
  }

  boolean isKept() {
    return !always.isEmpty() || (!rules.isEmpty() && caps.isEmpty());
  }

  Verdict verdict(Duration archiveAfter, Instant now) {
    if (!isKept()) {
      List<Reason> against =
          rules.isEmpty() ? Stream.concat(Stream.of(otherwise), caps.stream()).toList() : caps;
      return new Verdict(backup, Verdict.Fate.DELETE, against, rules);
    }
    boolean isDue =
        !archiveAfter.isZero()
            && always.isEmpty()
            && Duration.between(backup.startedAt(), now).compareTo(archiveAfter) > 0;
    return new Verdict(
        backup,
        isDue ? Verdict.Fate.ARCHIVE : Verdict.Fate.KEEP,
        Stream.concat(always.stream(), rules.stream()).toList(),
        caps);
  }
}
