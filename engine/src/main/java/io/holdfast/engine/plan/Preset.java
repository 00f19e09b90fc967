package io.holdfast.engine.plan;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.retention.Caps;
import io.holdfast.engine.retention.Keep;
import io.holdfast.engine.retention.KeepRules;
import io.holdfast.engine.retention.RetentionPolicy;
import io.holdfast.engine.retention.WalRule;
import io.holdfast.engine.schedule.MissedPolicy;
import io.holdfast.engine.schedule.Schedule;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Plans that belong together.
public enum Preset {
  /// A full backup each night, an incremental one every six hours, each read back; on Sundays a
  /// test restore. It says nothing of what is kept.
  STANDARD,
  /// An incremental backup each night, a full one on Sundays and on the first of each month.
  CLINIC;

  /// As it is written.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// @throws BackupException `BAD_ARGUMENT` if it is no preset
  public static Preset parse(String word) {
    return Arrays.stream(values())
        .filter(preset -> preset.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BAD_ARGUMENT,
                    Quoted.of(word) + " is no preset",
                    "Give one of: "
                        + Arrays.stream(values())
                            .map(Preset::word)
                            .collect(Collectors.joining(", "))
                        + "."));
  }

  /// Its plans for a source, named after it: `erp-full`.
  ///
  /// @param zone of all its times
  /// @param last what follows each of its backups, after what the preset itself lets follow
  public List<Plan> plans(String source, ZoneId zone, List<Job> last) {
    return switch (this) {
      case STANDARD -> {
        List<Job> then = Stream.concat(Stream.of(Job.VERIFY), last.stream()).toList();
        yield List.of(
            plan(source, "full", Job.FULL, "daily at 02:00", zone, then),
            plan(source, "incremental", Job.INCREMENTAL, "cron 0 */6 * * *", zone, then),
            plan(
                source,
                "test-restore",
                Job.TEST_RESTORE,
                "weekly on Sun at 05:00",
                zone,
                List.of()));
      }
      case CLINIC ->
          List.of(
              plan(source, "incremental", Job.INCREMENTAL, "daily at 03:00", zone, last),
              plan(source, "full", Job.FULL, "weekly on Sun at 02:00", zone, last),
              plan(source, "archive", Job.FULL, "monthly on 1 at 01:00", zone, last));
    };
  }

  /// What it keeps where the source names no policy.
  ///
  /// Of *clinic*: incrementals of 7 days, full backups of 28 days, and the newest full one of each
  /// of 13 months, which stands for the archival one. With 12, the oldest of them would be younger
  /// than a backup of the first of a month that is kept for 12 months.
  public Optional<RetentionPolicy> policy(ZoneId zone) {
    return switch (this) {
      case STANDARD -> Optional.empty();
      case CLINIC ->
          Optional.of(
              new RetentionPolicy(
                  new KeepRules(Map.of(Keep.MONTHLY, 13), Duration.ofDays(28)),
                  Optional.of(new KeepRules(Map.of(), Duration.ofDays(7))),
                  Caps.NONE,
                  Duration.ZERO,
                  WalRule.NONE,
                  Duration.ZERO,
                  RetentionPolicy.Counts.GOOD,
                  zone));
    };
  }

  private static Plan plan(
      String source, String what, Job job, String when, ZoneId zone, List<Job> then) {
    return new Plan(
        source + "-" + what,
        source,
        job,
        Schedule.parse(when, zone),
        MissedPolicy.byDefault(),
        Plan.DEFAULT_ATTEMPTS,
        Duration.ZERO,
        then);
  }
}
