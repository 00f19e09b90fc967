package io.holdfast.engine.retention;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.schedule.Zones;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which backups are kept, and which go. The package says how its parts go together.
///
/// @param rules for all backups, or for all but incrementals if these have rules of their own
/// @param incrementals which take no places of others then
/// @param caps take away what rules keep
/// @param window recovery to every moment of so long a time stays possible: no good backup within
///   it goes, nor those that it begins with, whatever the caps say; zero for none
/// @param wal says nothing of backups
/// @param archiveAfter what is kept and began longer ago is due to be moved to the archive
///   repository, except what stays whatever rules say; zero for never
/// @param counts which backups take places
/// @param zone of the calendar
public record RetentionPolicy(
    KeepRules rules,
    Optional<KeepRules> incrementals,
    Caps caps,
    Duration window,
    WalRule wal,
    Duration archiveAfter,
    Counts counts,
    ZoneId zone) {
  /// The zone where nobody names one.
  public static final ZoneId DEFAULT_ZONE = ZoneId.of("UTC");

  /// Which backups take places.
  public enum Counts {
    /// All without damage.
    GOOD,
    /// Those that were verified.
    VERIFIED
  }

  /// @throws BackupException `BAD_ARGUMENT` if it says nothing, or its parts contradict each other
  public RetentionPolicy {
    zone = Zones.named(zone.getId());
    KeepRules.requireTime("a recovery window cannot be", window);
    KeepRules.requireTime("backups cannot be moved after", archiveAfter);
    boolean saysNothing =
        rules.isEmpty()
            && incrementals.isEmpty()
            && caps.isEmpty()
            && window.isZero()
            && wal.equals(WalRule.NONE)
            && archiveAfter.isZero();
    if (saysNothing || incrementals.filter(KeepRules::isEmpty).isPresent()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          saysNothing ? "the policy keeps nothing" : "the policy keeps no incrementals",
          "Say what to keep, for example --keep-last 7 or --keep-daily 30.");
    }
    if (rules.isEmpty() && !window.isZero() && !caps.isEmpty()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "only the recovery window keeps backups, and caps take none of those",
          "Leave the caps out, or say what is kept longer, for example --keep-within 30d.");
    }
    requireNotShorter("max-age", caps.maxAge(), window);
    requireNotShorter("the time for which WAL is kept", wal.keep(), window);
    requireArchive(archiveAfter, longest(rules, incrementals, window), caps.maxAge());
  }

  /// One of rules for all backups, in UTC.
  public RetentionPolicy(Map<Keep, Integer> places, Duration within) {
    this(new KeepRules(places, within), Caps.NONE, Duration.ZERO, DEFAULT_ZONE);
  }

  /// One that says nothing of incrementals, WAL and an archive.
  public RetentionPolicy(KeepRules rules, Caps caps, Duration window, ZoneId zone) {
    this(rules, Optional.empty(), caps, window, WalRule.NONE, Duration.ZERO, Counts.GOOD, zone);
  }

  private static void requireNotShorter(String what, Duration time, Duration window) {
    if (!time.isZero() && time.compareTo(window) < 0) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "%s is %s, less than the recovery window of %s"
              .formatted(what, TimeText.of(time), TimeText.of(window)),
          "Make it longer, or make the window shorter.");
    }
  }

  private static Duration longest(
      KeepRules rules, Optional<KeepRules> incrementals, Duration window) {
    Duration within = rules.within();
    Duration ofIncrementals = incrementals.map(KeepRules::within).orElse(Duration.ZERO);
    Duration longer = within.compareTo(ofIncrementals) < 0 ? ofIncrementals : within;
    return longer.compareTo(window) < 0 ? window : longer;
  }

  private static void requireArchive(Duration archiveAfter, Duration kept, Duration maxAge) {
    if (archiveAfter.isZero()) {
      return;
    }
    if (archiveAfter.compareTo(kept) <= 0) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "backups are to be moved to the archive after %s, but kept here for %s"
              .formatted(TimeText.of(archiveAfter), TimeText.of(kept)),
          "Give a longer time for the archive than for keeping.");
    }
    if (!maxAge.isZero() && archiveAfter.compareTo(maxAge) >= 0) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "backups are to be moved to the archive after %s, but deleted after %s"
              .formatted(TimeText.of(archiveAfter), TimeText.of(maxAge)),
          "Give a shorter time for the archive, or a greater age.");
    }
  }

  /// The policy in words, as what it does: `keeps the newest 3 and all of the last 14d`.
  public List<String> describe() {
    return PolicyInWords.of(this);
  }

  /// Judges backups, each among those of its own series. The answer is the same in whatever order
  /// they come.
  ///
  /// @return one verdict for each, oldest first
  /// @throws IllegalArgumentException if two have one id
  public List<Verdict> judge(Collection<Candidate> backups, Instant now) {
    Map<Series, List<Candidate>> series = new HashMap<>();
    Map<String, Findings> findings = new HashMap<>();
    for (Candidate backup : backups) {
      series.computeIfAbsent(backup.series(), _ -> new ArrayList<>()).add(backup);
      if (findings.put(backup.id(), new Findings(backup)) != null) {
        throw new IllegalArgumentException("two backups have the id " + backup.id());
      }
    }
    series
        .values()
        .forEach(
            one ->
                new SeriesRules(this, now)
                    .judge(one.stream().sorted(Candidate.OLDEST_FIRST).toList(), findings));
    List<Candidate> oldestFirst = backups.stream().sorted(Candidate.OLDEST_FIRST).toList();
    // Of those that need the same base the newest is its reason, whatever was asked first.
    oldestFirst.reversed().forEach(backup -> keepBases(backup, findings));
    return oldestFirst.stream()
        .map(backup -> findings(findings, backup).verdict(archiveAfter, now))
        .toList();
  }

  private static void keepBases(Candidate backup, Map<String, Findings> findings) {
    if (!findings(findings, backup).isKept()) {
      return;
    }
    Set<String> seen = new HashSet<>(Set.of(backup.id()));
    Optional<String> base = backup.base();
    // Ends also where bases go in a circle, which nobody can restore.
    while (base.isPresent() && seen.add(base.get())) {
      Findings needed = findings.get(base.get());
      if (needed == null) {
        return;
      }
      needed.neededBy(backup);
      base = needed.backup().base();
    }
  }

  static Findings findings(Map<String, Findings> findings, Candidate backup) {
    return Optional.ofNullable(findings.get(backup.id())).orElseThrow();
  }
}
