package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.retention.Caps;
import io.holdfast.engine.retention.Keep;
import io.holdfast.engine.retention.KeepRules;
import io.holdfast.engine.retention.RetentionPolicy;
import io.holdfast.engine.retention.RetentionPolicy.Counts;
import io.holdfast.engine.retention.WalRule;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `retention.config.json`, the file of earlier scripts, as one policy.
///
/// ```json
/// {"policies": {
///   "daily_backups": {"keep_daily": 7, "keep_weekly": 4, "keep_monthly": 12, "keep_yearly": 5},
///   "incremental_backups": {"keep_hours": 48, "keep_daily": 7},
///   "wal_files": {"keep_days": 14, "archive_after_days": 30}}}
/// ```
///
/// The rules of `daily_backups` are for all backups, or for all but incrementals if those have
/// their own. `keep_hours` and `keep_days` of backups keep everything that is so young.
public final class RetentionConfigFile {
  private static final int FILE_BYTES_MAX = 64 << 10;
  private static final int DEPTH_MAX = 4;

  private RetentionConfigFile() {}

  /// @param zone of the calendar, of which such a file says nothing
  /// @throws BackupException `BAD_CONFIGURATION` that lists every problem with its line
  public static RetentionPolicy read(Path file, ZoneId zone) {
    String text = ReadFile.text(file, FILE_BYTES_MAX, problems -> bad(file, problems));
    return parse(file, text, zone);
  }

  static RetentionPolicy parse(Path file, String text, ZoneId zone) {
    List<String> problems = new ArrayList<>();
    Optional<RetentionPolicy> policy =
        ReadFile.json(text, DEPTH_MAX, problems).flatMap(root -> policy(root, zone, problems));
    if (!problems.isEmpty()) {
      throw bad(file, problems);
    }
    return policy.orElseThrow();
  }

  private static Optional<RetentionPolicy> policy(
      AskedMap root, ZoneId zone, List<String> problems) {
    Optional<AskedMap> policies = root.map("policies");
    root.end();
    if (policies.isEmpty()) {
      problems.add("it has no policies");
      return Optional.empty();
    }
    AskedMap map = policies.get();
    Optional<KeepRules> rules = map.map("daily_backups").flatMap(RetentionConfigFile::rules);
    Optional<KeepRules> incrementals =
        map.map("incremental_backups").flatMap(RetentionConfigFile::rules);
    Optional<WalRule> wal = map.map("wal_files").flatMap(RetentionConfigFile::wal);
    map.end();
    if (!map.isFine()) {
      return Optional.empty();
    }
    return map.whole(
        () ->
            new RetentionPolicy(
                rules.orElse(KeepRules.NONE),
                incrementals,
                Caps.NONE,
                Duration.ZERO,
                wal.orElse(WalRule.NONE),
                Duration.ZERO,
                Counts.GOOD,
                zone));
  }

  private static Optional<KeepRules> rules(AskedMap map) {
    Map<Keep, Integer> places = new EnumMap<>(Keep.class);
    for (Keep keep : Keep.values()) {
      map.value(keep.option().replace('-', '_'), RetentionSection::count)
          .ifPresent(count -> places.put(keep, count));
    }
    Duration hours = Duration.ofHours(number(map, "keep_hours"));
    Duration days = Duration.ofDays(number(map, "keep_days"));
    map.end();
    return map.whole(() -> new KeepRules(places, hours.compareTo(days) < 0 ? days : hours));
  }

  private static Optional<WalRule> wal(AskedMap map) {
    Duration keep = Duration.ofDays(number(map, "keep_days"));
    Duration archiveAfter = Duration.ofDays(number(map, "archive_after_days"));
    map.end();
    return map.whole(() -> new WalRule(keep, archiveAfter));
  }

  private static long number(AskedMap map, String key) {
    return map.value(key, RetentionSection::count).orElse(0);
  }

  private static BackupException bad(Path file, List<String> problems) {
    return new BackupException(
        ErrorCode.BAD_CONFIGURATION,
        "retention file " + file + ": " + String.join("; ", problems),
        "It has policies daily_backups, incremental_backups and wal_files.");
  }
}
