package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.plan.Job;
import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.schedule.MissedPolicy;
import io.holdfast.engine.schedule.Schedule;
import io.holdfast.engine.schedule.TimeLength;
import io.holdfast.engine.schedule.Zones;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The section `schedules`: plans by their names.
///
/// ```yaml
/// schedules:
///   nightly:
///     source: erp
///     run: full
///     when: daily at 02:00
///     zone: Europe/Berlin
///     jitter: 15m
///     missed: run-once within 6h
///     attempts: 3
///     deadline: 6h
///     then: [verify, retention]
/// ```
///
/// `run` and `when` must be there, `source` where there are several. Zone and jitter may also stand
/// in `when`.
///
/// @param file what schedules refer to
record SchedulesSection(PlansOfFile file) {
  /// All plans, also those of presets that no schedule takes the place of.
  Map<String, Plan> read(AskedMap section) {
    Map<String, Plan> plans = new TreeMap<>(file.presets());
    for (String name : section.names()) {
      section.map(name).flatMap(map -> plan(name, map)).ifPresent(plan -> plans.put(name, plan));
    }
    return plans;
  }

  private Optional<Plan> plan(String name, AskedMap map) {
    Optional<String> source = new SourceNames(file.sources().keySet()).of(map);
    Optional<Job> job = map.required("run", Job::parse);
    Optional<ZoneId> zone = map.value("zone", Zones::named);
    ZoneId its = zone.or(() -> source.map(file::zoneOf)).orElse(file.zone());
    Optional<Schedule> when =
        map.required(
            "when", text -> map.has("zone") ? withoutZone(text, its) : Schedule.parse(text, its));
    Optional<Duration> jitter = map.value("jitter", TimeLength::parse);
    MissedPolicy missed =
        map.value("missed", MissedPolicy::parse).orElseGet(MissedPolicy::byDefault);
    int attempts = map.value("attempts", SchedulesSection::number).orElse(Plan.DEFAULT_ATTEMPTS);
    Duration deadline = map.value("deadline", TimeLength::parse).orElse(Duration.ZERO);
    List<Job> then = map.list("then", Job::parse).orElse(List.of());
    map.end();
    if (!map.isFine() || source.isEmpty() || job.isEmpty() || when.isEmpty()) {
      return Optional.empty();
    }
    return map.whole(
        () ->
            fitting(
                new Plan(
                    name,
                    source.get(),
                    job.get(),
                    jitter.map(window -> with(when.get(), window)).orElse(when.get()),
                    missed,
                    attempts,
                    deadline,
                    then)));
  }

  private static Schedule withoutZone(String text, ZoneId zone) {
    boolean namesZone =
        Arrays.stream(text.strip().split("\\s+")).skip(1).anyMatch("in"::equalsIgnoreCase);
    if (namesZone) {
      throw bad("it names a zone, and there is 'zone' besides", "Leave one of them out.");
    }
    return Schedule.parse(text, zone);
  }

  private static Schedule with(Schedule schedule, Duration jitter) {
    if (!schedule.jitter().isZero()) {
      throw bad("'when' has a jitter, and there is 'jitter' besides", "Leave one of them out.");
    }
    return new Schedule(schedule.frequency(), schedule.zone(), jitter);
  }

  private static int number(String text) {
    if (!text.matches("[0-9]{1,6}")) {
      throw bad(Quoted.of(text) + " is no number of tries", "Give 1 to " + Plan.ATTEMPTS_MAX + ".");
    }
    return Integer.parseInt(text);
  }

  /// What one plan cannot know by itself.
  private Plan fitting(Plan plan) {
    boolean cleans = plan.job() == Job.RETENTION || plan.then().contains(Job.RETENTION);
    if (cleans && !file.canBeCleaned(plan.source())) {
      throw bad(
          "source " + plan.source() + " has no retention policy",
          "Name one with 'retention' of the source.");
    }
    Optional<Plan> preset = Optional.ofNullable(file.presets().get(plan.name()));
    if (preset.filter(it -> !it.source().equals(plan.source())).isPresent()) {
      throw bad(
          "it takes the place of a plan of source %s's preset, but is for source %s"
              .formatted(preset.get().source(), plan.source()),
          "Give it another name.");
    }
    return plan;
  }

  private static BackupException bad(String what, String hint) {
    return new BackupException(ErrorCode.BAD_ARGUMENT, what, hint);
  }
}
