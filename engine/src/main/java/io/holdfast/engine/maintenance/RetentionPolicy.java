package io.holdfast.engine.maintenance;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupViews;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which backups of a series are kept: so many for each kind of place, and all that are young
/// enough. A *series* is the backups of one source that are of one kind: files say nothing of a
/// cluster, so they never take its places. A backup that read damaged pages takes no place of a
/// good one; it stays only while there is no newer good one, or while it is young enough. Whatever
/// the policy says, the newest backup and the newest good one stay.
///
/// @param places how many backups of each kind are kept
/// @param within keeps everything that began so short a time ago; zero for nothing
public record RetentionPolicy(Map<Keep, Integer> places, Duration within) {
  /// The most places of one kind.
  public static final int PLACES_MAX = 100_000;

  private static final Duration WITHIN_MAX = Duration.ofDays(36_500);

  /// @throws BackupException `BAD_ARGUMENT` if it keeps nothing, or a number is out of range
  public RetentionPolicy {
    places = Collections.unmodifiableMap(new EnumMap<>(withoutNone(places)));
    if (within.isNegative() || within.compareTo(WITHIN_MAX) > 0) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "backups cannot be kept within " + within,
          "Give a time of up to 36500 days.");
    }
    if (places.isEmpty() && within.isZero()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the policy keeps nothing",
          "Say what to keep, for example --keep-last 7 or --keep-daily 30.");
    }
  }

  private static Map<Keep, Integer> withoutNone(Map<Keep, Integer> places) {
    Map<Keep, Integer> some = new EnumMap<>(Keep.class);
    places.forEach(
        (keep, count) -> {
          if (count < 0 || count > PLACES_MAX) {
            throw new BackupException(
                ErrorCode.BAD_ARGUMENT,
                keep.option() + " " + count + " is no number of backups",
                "Give 0 to " + PLACES_MAX + ".");
          }
          if (count > 0) {
            some.put(keep, count);
          }
        });
    return some;
  }

  /// What a policy says of a backup.
  ///
  /// @param reasons why it is kept; none if it is forgotten
  public record Verdict(StoredSnapshot backup, List<String> reasons) {
    public Verdict {
      reasons = List.copyOf(reasons);
    }

    /// The name of the backup.
    public String name() {
      return backup.record().name();
    }

    public boolean isKept() {
      return !reasons.isEmpty();
    }
  }

  /// What can stand in for each other: backups of one source and kind that are of the same thing,
  /// such as one tenant, the same directories, or the same databases with the same tables.
  record Series(String source, String kind, String domain, Map<String, String> subject) {
    private static final Set<String> NAMES = Set.of("scope", "scopeId", "content");
    private static final List<String> BEGINNINGS =
        List.of("path.", "database.", "include.", "exclude.", "skipped.", "without.");

    Series {
      subject = Map.copyOf(subject);
    }

    static Series of(StoredSnapshot backup) {
      SnapshotRecord record = backup.record();
      Map<String, String> subject = new HashMap<>(record.attributes());
      subject.keySet().removeIf(name -> !isSubject(name));
      return new Series(record.source(), record.kind(), record.domain(), subject);
    }

    private static boolean isSubject(String name) {
      return NAMES.contains(name) || BEGINNINGS.stream().anyMatch(name::startsWith);
    }
  }

  /// Judges backups, each among those of its own series, in their order.
  public List<Verdict> judge(List<StoredSnapshot> backups, Instant now) {
    Map<Series, List<StoredSnapshot>> series = new HashMap<>();
    for (StoredSnapshot backup : backups) {
      series.computeIfAbsent(Series.of(backup), _ -> new ArrayList<>()).add(backup);
    }
    Map<StoredSnapshot, List<String>> reasons = new HashMap<>();
    series.values().forEach(one -> judgeSeries(one, now, reasons));
    return backups.stream()
        .map(backup -> new Verdict(backup, reasons.getOrDefault(backup, List.of())))
        .toList();
  }

  private void judgeSeries(
      List<StoredSnapshot> backups, Instant now, Map<StoredSnapshot, List<String>> reasons) {
    List<StoredSnapshot> newestFirst =
        backups.stream()
            .sorted((a, b) -> b.record().startedAt().compareTo(a.record().startedAt()))
            .toList();
    LastOnes last = LastOnes.of(newestFirst);
    Map<Keep, Set<String>> taken = new EnumMap<>(Keep.class);
    boolean newerGood = false;
    for (StoredSnapshot backup : newestFirst) {
      List<String> why = new ArrayList<>();
      last.reason(backup).ifPresent(why::add);
      Instant started = backup.record().startedAt();
      if (!within.isZero() && Duration.between(started, now).compareTo(within) <= 0) {
        why.add("keep-within");
      }
      if (BackupViews.damaged(backup.record())) {
        if (!newerGood) {
          why.add("no newer good one");
        }
      } else {
        newerGood = true;
        takePlaces(started, taken, why);
      }
      if (!why.isEmpty()) {
        reasons.put(backup, why);
      }
    }
  }

  private void takePlaces(Instant started, Map<Keep, Set<String>> taken, List<String> why) {
    places.forEach(
        (keep, count) -> {
          Set<String> periods = taken.computeIfAbsent(keep, _ -> new HashSet<>());
          // Two backups of one moment are two backups all the same.
          String period = keep == Keep.LAST ? "#" + periods.size() : keep.periodOf(started);
          if (periods.size() < count && periods.add(period)) {
            why.add(keep == Keep.LAST ? keep.option() : keep.option() + " " + period);
          }
        });
  }

  /// The backups of a series that nobody forgets by accident.
  ///
  /// @param newest of all
  /// @param good the newest one without damaged pages, if there is one
  record LastOnes(StoredSnapshot newest, Optional<StoredSnapshot> good) {
    /// @param newestFirst at least one
    static LastOnes of(List<StoredSnapshot> newestFirst) {
      return new LastOnes(
          newestFirst.getFirst(),
          newestFirst.stream().filter(b -> !BackupViews.damaged(b.record())).findFirst());
    }

    /// Why a backup is one of them.
    Optional<String> reason(StoredSnapshot backup) {
      if (backup.id().equals(newest.id())) {
        return Optional.of("newest");
      }
      return good.filter(g -> g.id().equals(backup.id())).map(_ -> "newest without damaged pages");
    }
  }
}
