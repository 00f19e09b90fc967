package io.holdfast.engine.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Finds what a policy's parts say of the backups of one series.
final class SeriesRules {
  private final RetentionPolicy policy;
  private final Instant now;

  SeriesRules(RetentionPolicy policy, Instant now) {
    this.policy = policy;
    this.now = now;
  }

  /// @param oldestFirst at least one
  void judge(List<Candidate> oldestFirst, Map<String, Findings> findings) {
    List<Candidate> newestFirst = oldestFirst.reversed();
    keepAlways(newestFirst, findings);
    boolean newerCounts = false;
    for (Candidate backup : newestFirst) {
      if (counts(backup)) {
        newerCounts = true;
      } else if (newerCounts) {
        RetentionPolicy.findings(findings, backup).superseded();
      } else {
        RetentionPolicy.findings(findings, backup).rule(new Reason.NoNewerGood());
      }
    }
    applyRules(policy.rules(), newestFirst.stream().filter(b -> !isApart(b)).toList(), findings);
    policy
        .incrementals()
        .ifPresent(
            rules ->
                applyRules(rules, newestFirst.stream().filter(this::isApart).toList(), findings));
    keepWindow(oldestFirst, findings);
    applyCaps(newestFirst, findings);
  }

  /// The backups of a series that nobody deletes by accident.
  ///
  /// @param newestFirst at least one
  static Optional<Reason> last(List<Candidate> newestFirst, Candidate backup) {
    if (backup.id().equals(newestFirst.getFirst().id())) {
      return Optional.of(new Reason.Newest());
    }
    return first(newestFirst, other -> !other.isDamaged())
        .filter(good -> good.id().equals(backup.id()))
        .map(_ -> new Reason.NewestGood());
  }

  private static Optional<Candidate> first(
      List<Candidate> newestFirst, Predicate<Candidate> wanted) {
    return newestFirst.stream().filter(wanted).findFirst();
  }

  private void keepAlways(List<Candidate> newestFirst, Map<String, Findings> findings) {
    for (Candidate backup : newestFirst) {
      Findings found = RetentionPolicy.findings(findings, backup);
      last(newestFirst, backup).ifPresent(found::always);
      if (backup.hold().holdsAt(now)) {
        found.always(new Reason.Held(backup.hold()));
      }
    }
    if (policy.counts() == RetentionPolicy.Counts.VERIFIED) {
      first(newestFirst, this::counts)
          .ifPresent(
              backup ->
                  RetentionPolicy.findings(findings, backup).always(new Reason.NewestVerified()));
    }
  }

  private boolean counts(Candidate backup) {
    return switch (policy.counts()) {
      case GOOD -> !backup.isDamaged();
      case VERIFIED -> backup.condition() == Candidate.Condition.VERIFIED;
    };
  }

  private boolean isApart(Candidate backup) {
    return policy.incrementals().isPresent() && backup.type() == Candidate.Type.INCREMENTAL;
  }

  private void applyRules(
      KeepRules rules, List<Candidate> newestFirst, Map<String, Findings> findings) {
    Map<Keep, Set<String>> taken = new EnumMap<>(Keep.class);
    for (Candidate backup : newestFirst) {
      Findings found = RetentionPolicy.findings(findings, backup);
      if (rules.isEmpty() && policy.window().isZero()) {
        found.rule(new Reason.NoRules());
      }
      if (!rules.within().isZero() && age(backup).compareTo(rules.within()) <= 0) {
        found.rule(new Reason.Within(rules.within()));
      }
      if (counts(backup)) {
        rules
            .places()
            .forEach(
                (keep, places) ->
                    takePlace(
                        keep, places, taken.computeIfAbsent(keep, _ -> new HashSet<>()), found));
      }
    }
  }

  private void takePlace(Keep keep, int places, Set<String> taken, Findings found) {
    boolean isLast = keep == Keep.LAST;
    // Two backups of one moment are two backups all the same.
    String period =
        isLast ? "#" + taken.size() : keep.periodOf(found.backup().startedAt(), policy.zone());
    if (taken.size() < places && taken.add(period)) {
      found.rule(new Reason.Place(keep, isLast ? "" : period, taken.size(), places));
    }
  }

  /// WAL may have gaps, of which nothing is known here: so it is not only the base that stays. And
  /// what is a base later must not be taken by a cap before.
  private void keepWindow(List<Candidate> oldestFirst, Map<String, Findings> findings) {
    if (policy.window().isZero()) {
      return;
    }
    Instant begin = now.minus(policy.window());
    Set<Candidate> bases =
        RecoveryBases.of(oldestFirst.stream().filter(b -> !b.isDamaged()).toList(), begin);
    // Where only verified ones count, such a one is wanted as well.
    bases.addAll(RecoveryBases.of(oldestFirst.stream().filter(this::counts).toList(), begin));
    for (Candidate backup : oldestFirst) {
      Findings found = RetentionPolicy.findings(findings, backup);
      if (bases.contains(backup)) {
        found.always(new Reason.WindowBase(policy.window()));
      } else if (!backup.isDamaged() && backup.completedAt().isAfter(begin)) {
        found.always(new Reason.InWindow(policy.window()));
      }
    }
  }

  private void applyCaps(List<Candidate> newestFirst, Map<String, Findings> findings) {
    Caps caps = policy.caps();
    // A stable order: good ones first, each newest first.
    List<Candidate> ranked =
        newestFirst.stream().sorted(Comparator.comparing(Candidate::isDamaged)).toList();
    for (int rank = 0; rank < ranked.size(); rank++) {
      Findings found = RetentionPolicy.findings(findings, ranked.get(rank));
      if (!caps.maxAge().isZero() && age(ranked.get(rank)).compareTo(caps.maxAge()) > 0) {
        found.cap(new Reason.TooOld(caps.maxAge()));
      }
      if (caps.maxCount() > 0 && rank >= caps.maxCount()) {
        found.cap(new Reason.TooMany(caps.maxCount()));
      }
    }
  }

  private Duration age(Candidate backup) {
    return Duration.between(backup.startedAt(), now);
  }
}
