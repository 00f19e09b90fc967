package io.holdfast.server.overview;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.maintenance.Forget;
import io.holdfast.engine.plan.Plans;
import io.holdfast.engine.retention.Candidate;
import io.holdfast.engine.retention.Caps;
import io.holdfast.engine.retention.Keep;
import io.holdfast.engine.retention.KeepRules;
import io.holdfast.engine.retention.Reason;
import io.holdfast.engine.retention.RetentionFile;
import io.holdfast.engine.retention.RetentionPolicy;
import io.holdfast.engine.retention.Verdict;
import io.holdfast.server.source.Sources;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/api/retention`: what rules would keep. Nothing is forgotten.
@RestController
@RequestMapping("/api/retention")
class RetentionController {
  private static final int AT_ONCE = 4;

  /// How many backups one answer has.
  private static final int SHOWN_MAX = 5_000;

  private final Sources sources;
  private final Plans plans;
  private final ZoneId zone;
  private final Places places = new Places(AT_ONCE);

  RetentionController(Sources sources, Plans plans, ZoneId zone) {
    this.sources = sources;
    this.plans = plans;
    this.zone = zone;
  }

  /// Rules; without any, those of the configuration. The words are those of policy files.
  record Rules(
      Optional<String> source,
      Optional<Integer> keepLast,
      Optional<Integer> keepHourly,
      Optional<Integer> keepDaily,
      Optional<Integer> keepWeekly,
      Optional<Integer> keepMonthly,
      Optional<Integer> keepYearly,
      Optional<String> keepWithin,
      Optional<String> window,
      Optional<String> maxAge,
      Optional<Integer> maxCount,
      Optional<String> zone) {
    private boolean isEmpty() {
      return Stream.of(
              keepLast,
              keepHourly,
              keepDaily,
              keepWeekly,
              keepMonthly,
              keepYearly,
              keepWithin,
              window,
              maxAge,
              maxCount)
          .allMatch(Optional::isEmpty);
    }

    private RetentionPolicy policy(ZoneId usual) {
      Map<Keep, Integer> places = new EnumMap<>(Keep.class);
      keepLast.ifPresent(it -> places.put(Keep.LAST, it));
      keepHourly.ifPresent(it -> places.put(Keep.HOURLY, it));
      keepDaily.ifPresent(it -> places.put(Keep.DAILY, it));
      keepWeekly.ifPresent(it -> places.put(Keep.WEEKLY, it));
      keepMonthly.ifPresent(it -> places.put(Keep.MONTHLY, it));
      keepYearly.ifPresent(it -> places.put(Keep.YEARLY, it));
      return new RetentionPolicy(
          new KeepRules(places, time(keepWithin)),
          new Caps(time(maxAge), maxCount.orElse(0)),
          time(window),
          zone.map(RetentionFile::zone).orElse(usual));
    }

    private static Duration time(Optional<String> text) {
      return text.map(RetentionFile::duration).orElse(Duration.ZERO);
    }
  }

  /// What the rules would do.
  ///
  /// @param policy in words
  /// @param forgottenStoredBytes what the forgotten backups added when they were made. What others
  ///   share with them stays, so no more than about this is freed
  /// @param backups oldest first; of very many the newest
  record Simulated(
      String source,
      List<String> policy,
      int kept,
      int forgotten,
      long forgottenStoredBytes,
      List<Judged> backups) {}

  /// @param fate keep, archive (kept, and due to be moved) or forget
  /// @param reasons sentences
  /// @param overruled what spoke for the other fate
  record Judged(
      String name,
      String kind,
      String type,
      Instant startedAt,
      boolean damaged,
      long size,
      long storedBytes,
      String fate,
      List<String> reasons,
      List<String> overruled) {}

  @PostMapping("/simulate")
  Simulated simulate(@RequestBody Rules rules) {
    String source = sources.choose(rules.source());
    RetentionPolicy policy = rules.isEmpty() ? configured(source) : rules.policy(zone);
    List<Forget.Judged> plan =
        places.take(
            () -> sources.require(source).snapshots().planForget(policy, Optional.of(source)));
    List<Forget.Judged> forgotten = plan.stream().filter(it -> !it.isKept()).toList();
    return new Simulated(
        source,
        policy.describe(),
        plan.size() - forgotten.size(),
        forgotten.size(),
        forgotten.stream().mapToLong(it -> it.verdict().backup().storedBytes()).sum(),
        plan.stream()
            .skip(Math.max(0, plan.size() - SHOWN_MAX))
            .map(it -> judged(it.verdict()))
            .toList());
  }

  private RetentionPolicy configured(String source) {
    return plans
        .policyOf(source)
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BAD_ARGUMENT,
                    "no rule was given, and source " + Quoted.of(source) + " has no policy",
                    "Say what to keep, for example {\"keepLast\": 7} or {\"keepDaily\": 30}."));
  }

  private static Judged judged(Verdict verdict) {
    Candidate backup = verdict.backup();
    return new Judged(
        backup.name(),
        backup.series().kind(),
        switch (backup.type()) {
          case FULL -> "full";
          case INCREMENTAL -> "incremental";
        },
        backup.startedAt(),
        backup.condition() == Candidate.Condition.DAMAGED,
        backup.logicalBytes(),
        backup.storedBytes(),
        switch (verdict.fate()) {
          case KEEP -> "keep";
          case ARCHIVE -> "archive";
          case DELETE -> "forget";
        },
        verdict.reasons().stream().map(Reason::sentence).toList(),
        verdict.overruled().stream().map(Reason::sentence).toList());
  }
}
