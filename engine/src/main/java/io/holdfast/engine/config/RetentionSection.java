package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.retention.Caps;
import io.holdfast.engine.retention.Keep;
import io.holdfast.engine.retention.KeepRules;
import io.holdfast.engine.retention.RetentionFile;
import io.holdfast.engine.retention.RetentionPolicy;
import io.holdfast.engine.retention.RetentionPolicy.Counts;
import io.holdfast.engine.retention.WalRule;
import java.time.Duration;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The section `retention`: policies by their names.
///
/// ```yaml
/// retention:
///   standard:
///     keepLast: 3
///     keepDaily: 7
///     keepMonthly: 12
///     keepWithin: 48h
///     incrementals: { keepWithin: 48h, keepDaily: 7 }
///     wal: { keep: 14d, archiveAfter: 30d }
///     window: 14d
///     archiveAfter: 90d
///     counts: good
///     zone: Europe/Berlin
///   account: { maxAge: 30d, maxCount: 10 }
/// ```
///
/// Times are hours, days or weeks. Whatever is left out does nothing; the zone is UTC then.
public record RetentionSection(Map<String, RetentionPolicy> policies) {
  public RetentionSection {
    policies = Map.copyOf(policies);
  }

  static RetentionSection read(AskedMap section) {
    Map<String, RetentionPolicy> policies = new TreeMap<>();
    for (String name : section.names()) {
      section.map(name).flatMap(RetentionSection::policy).ifPresent(it -> policies.put(name, it));
    }
    return new RetentionSection(policies);
  }

  private static Optional<RetentionPolicy> policy(AskedMap map) {
    Optional<KeepRules> rules = rules(map);
    Optional<AskedMap> ofIncrementals = map.map("incrementals");
    Optional<KeepRules> incrementals = ofIncrementals.flatMap(RetentionSection::rules);
    ofIncrementals.ifPresent(AskedMap::end);
    Optional<AskedMap> ofWal = map.map("wal");
    Optional<WalRule> wal = ofWal.flatMap(RetentionSection::wal);
    Duration maxAge = map.value("maxAge", RetentionSection::cap).orElse(Duration.ZERO);
    int maxCount = map.value("maxCount", RetentionSection::greatestCount).orElse(0);
    Duration window = time(map, "window");
    Duration archiveAfter = time(map, "archiveAfter");
    Counts counts = map.value("counts", RetentionSection::counts).orElse(Counts.GOOD);
    ZoneId zone = map.value("zone", RetentionFile::zone).orElse(RetentionPolicy.DEFAULT_ZONE);
    map.end();
    if (!map.isFine()) {
      // Parts are missing, so whatever would be said of the whole were wrong.
      return Optional.empty();
    }
    return map.whole(
        () ->
            new RetentionPolicy(
                rules.orElse(KeepRules.NONE),
                incrementals,
                new Caps(maxAge, maxCount),
                window,
                wal.orElse(WalRule.NONE),
                archiveAfter,
                counts,
                zone));
  }

  private static Optional<KeepRules> rules(AskedMap map) {
    Map<Keep, Integer> places = new EnumMap<>(Keep.class);
    for (Keep keep : Keep.values()) {
      map.value(key(keep), RetentionSection::count).ifPresent(count -> places.put(keep, count));
    }
    Duration within = time(map, "keepWithin");
    return map.whole(() -> new KeepRules(places, within));
  }

  private static Optional<WalRule> wal(AskedMap map) {
    Duration keep = time(map, "keep");
    Duration archiveAfter = time(map, "archiveAfter");
    map.end();
    return map.whole(() -> new WalRule(keep, archiveAfter));
  }

  /// `keepDaily`.
  private static String key(Keep keep) {
    String name = keep.name();
    return "keep" + name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
  }

  private static Duration time(AskedMap map, String key) {
    return map.value(key, RetentionFile::duration).orElse(Duration.ZERO);
  }

  private static Duration cap(String text) {
    Duration age = RetentionFile.duration(text);
    if (age.isZero()) {
      throw bad("'" + text + "' takes every backup", "Leave it out for no limit.");
    }
    return age;
  }

  private static int greatestCount(String text) {
    int count = count(text);
    if (count == 0) {
      throw bad("0 takes every backup", "Leave it out for no limit.");
    }
    return count;
  }

  static int count(String text) {
    if (!text.matches("[0-9]{1,6}")) {
      throw bad("'" + text + "' is no number of backups", "Give a number, for example 7.");
    }
    return Integer.parseInt(text);
  }

  private static Counts counts(String text) {
    return switch (text) {
      case "good" -> Counts.GOOD;
      case "verified" -> Counts.VERIFIED;
      default -> throw bad("'" + text + "' is neither good nor verified", "Give one of them.");
    };
  }

  private static BackupException bad(String what, String hint) {
    return new BackupException(ErrorCode.BAD_ARGUMENT, what, hint);
  }
}
