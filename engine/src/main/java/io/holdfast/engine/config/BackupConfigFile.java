package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.plan.Job;
import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.retention.Caps;
import io.holdfast.engine.retention.KeepRules;
import io.holdfast.engine.retention.RetentionPolicy;
import io.holdfast.engine.retention.WalRule;
import io.holdfast.engine.schedule.Cron;
import io.holdfast.engine.schedule.MissedPolicy;
import io.holdfast.engine.schedule.Schedule;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// `backup.config.json`, the file of earlier scripts.
///
/// ```json
/// {"schedules": {"full_backup": "0 2 * * *", "incremental_backup": "0 */6 * * *",
///                "wal_archive": "continuous", "verification": "after_backup"},
///  "retention": {"full_backups": 30, "incremental_backups": 7, "wal_files": 14},
///  "storage": {"local_path": "./storage/local", "offsite_enabled": true},
///  "monitoring": {"alert_on_failure": true}}
/// ```
///
/// Schedules are cron expressions; `null`, `false` and `disabled` are none. Retention is in days.
///
/// @param verification of its own; none where each backup is followed by one
/// @param afterBackup what follows each backup
/// @param remarks what of the file does nothing here, and what to do instead
public record BackupConfigFile(
    Optional<Schedule> full,
    Optional<Schedule> incremental,
    Optional<Schedule> verification,
    List<Job> afterBackup,
    Optional<RetentionPolicy> retention,
    List<String> remarks) {
  private static final int FILE_BYTES_MAX = 64 << 10;
  private static final int DEPTH_MAX = 4;

  public BackupConfigFile {
    afterBackup = List.copyOf(afterBackup);
    remarks = List.copyOf(remarks);
  }

  /// @param zone of schedules and of the calendar, of which such a file says nothing
  /// @throws BackupException `BAD_CONFIGURATION` that lists every problem with its line
  public static BackupConfigFile read(Path file, ZoneId zone) {
    String text = ReadFile.text(file, FILE_BYTES_MAX, problems -> bad(file, problems));
    return parse(file, text, zone);
  }

  static BackupConfigFile parse(Path file, String text, ZoneId zone) {
    List<String> problems = new ArrayList<>();
    Optional<BackupConfigFile> whole =
        ReadFile.json(text, DEPTH_MAX, problems).map(root -> whole(root, zone));
    if (!problems.isEmpty()) {
      throw bad(file, problems);
    }
    return whole.orElseThrow();
  }

  /// Its plans for a source, named as those of presets.
  ///
  /// @param last what follows each backup at last
  public List<Plan> plans(String source, List<Job> last) {
    List<Job> then = Stream.concat(afterBackup.stream(), last.stream()).toList();
    return Stream.of(
            full.map(when -> plan(source, "full", Job.FULL, when, then)),
            incremental.map(when -> plan(source, "incremental", Job.INCREMENTAL, when, then)),
            verification.map(when -> plan(source, "verify", Job.VERIFY, when, List.of())))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Plan plan(String source, String what, Job job, Schedule when, List<Job> then) {
    return new Plan(
        source + "-" + what,
        source,
        job,
        when,
        MissedPolicy.byDefault(),
        Plan.DEFAULT_ATTEMPTS,
        Duration.ZERO,
        then);
  }

  private static BackupConfigFile whole(AskedMap root, ZoneId zone) {
    List<String> remarks = new ArrayList<>();
    Optional<AskedMap> schedules = root.map("schedules");
    Optional<Schedule> full = schedules.flatMap(map -> schedule(map, "full_backup", zone));
    Optional<Schedule> incremental =
        schedules.flatMap(map -> schedule(map, "incremental_backup", zone));
    boolean isVerified =
        schedules.flatMap(map -> map.value("verification", "after_backup"::equals)).orElse(false);
    Optional<Schedule> verification =
        isVerified
            ? Optional.empty()
            : schedules.flatMap(map -> schedule(map, "verification", zone));
    schedules
        .flatMap(map -> map.value("wal_archive", BackupConfigFile::wal))
        .ifPresent(remarks::addAll);
    Optional<RetentionPolicy> retention =
        root.map("retention").flatMap(map -> retention(map, zone, remarks));
    root.map("storage").ifPresent(map -> storage(map, remarks));
    root.map("monitoring").ifPresent(map -> monitoring(map, remarks));
    schedules.ifPresent(map -> unknown(map, remarks));
    unknown(root, remarks);
    return new BackupConfigFile(
        full,
        incremental,
        verification,
        isVerified ? List.of(Job.VERIFY) : List.of(),
        retention,
        remarks);
  }

  private static Optional<Schedule> schedule(AskedMap map, String key, ZoneId zone) {
    return map.value(
            key,
            text ->
                isOff(text)
                    ? Optional.<Schedule>empty()
                    : Optional.of(Schedule.of(Cron.of(text), zone)))
        .flatMap(when -> when);
  }

  private static boolean isOff(String text) {
    return List.of("null", "false", "disabled", "").contains(text);
  }

  private static List<String> wal(String text) {
    if (isOff(text)) {
      return List.of();
    }
    return List.of(
        text.equals("continuous")
            ? "wal_archive: nothing archives WAL by this file; let 'holdfast wal stream' run."
            : "wal_archive: "
                + Quoted.of(text)
                + " is not understood; 'holdfast wal stream' archives WAL as it is written.");
  }

  private static Optional<RetentionPolicy> retention(
      AskedMap map, ZoneId zone, List<String> remarks) {
    Duration full = days(map, "full_backups");
    Duration incremental = days(map, "incremental_backups");
    Duration wal = days(map, "wal_files");
    unknown(map, remarks);
    if (full.isZero() && incremental.isZero() && wal.isZero()) {
      return Optional.empty();
    }
    return map.whole(
        () ->
            new RetentionPolicy(
                new KeepRules(Map.of(), full),
                Optional.of(new KeepRules(Map.of(), incremental)).filter(it -> !it.isEmpty()),
                Caps.NONE,
                Duration.ZERO,
                new WalRule(wal, Duration.ZERO),
                Duration.ZERO,
                RetentionPolicy.Counts.GOOD,
                zone));
  }

  private static Duration days(AskedMap map, String key) {
    return map.value(key, BackupConfigFile::days).orElse(Duration.ZERO);
  }

  private static Duration days(String text) {
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) == 0) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(text) + " is no number of days",
          "Give one from 1 on, or leave the line out to keep everything.");
    }
    return Duration.ofDays(Integer.parseInt(text));
  }

  private static void storage(AskedMap map, List<String> remarks) {
    map.value("local_path", path -> path)
        .ifPresent(
            path ->
                remarks.add(
                    "storage.local_path: "
                        + Quoted.of(path)
                        + " has the files of the earlier scripts and is not taken as the"
                        + " repository; that is BACKUP_DIR, or 'repositories' of holdfast.yaml."));
    map.value("offsite_enabled", BackupConfigFile::isOn)
        .filter(on -> on)
        .ifPresent(
            _ -> remarks.add("storage.offsite_enabled: run 'holdfast copy' for a second place."));
    map.value("encryption_enabled", BackupConfigFile::isOn)
        .filter(on -> !on)
        .ifPresent(
            _ -> remarks.add("storage.encryption_enabled: a repository is always encrypted."));
    unknown(map, remarks);
  }

  private static boolean isOn(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new BackupException(
              ErrorCode.BAD_ARGUMENT,
              Quoted.of(text) + " is neither true nor false",
              "Give one of them.");
    };
  }

  private static void monitoring(AskedMap map, List<String> remarks) {
    if (!map.names().isEmpty()) {
      remarks.add(
          "monitoring: nothing here follows from it; who is told of what is set for"
              + " notifications, and the server watches itself all the time.");
    }
  }

  private static void unknown(AskedMap map, List<String> remarks) {
    map.unasked().forEach(key -> remarks.add(key + " is not understood and does nothing."));
  }

  private static BackupException bad(Path file, List<String> problems) {
    return new ConfigProblems(
        "backup file " + file,
        problems,
        "It has schedules (cron expressions) and retention (days).");
  }
}
