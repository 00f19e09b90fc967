package io.holdfast.engine.notify;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.notify.Observation.Absent;
import io.holdfast.engine.notify.Observation.Present;
import io.holdfast.engine.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Looks at facts and says what is wrong and what is not: pure, without a clock.
///
/// What goes up and down around a limit would begin and end all day. So storage and lag are over
/// only well below their limits; between the two nothing is observed.
public record AlertRules(AlertLimits limits) {
  /// Of how many last runs the usual duration is the median.
  public static final int USUAL_RUNS = 10;

  private static final int USUAL_RUNS_MIN = 3;
  private static final int UNUSUAL_FACTOR = 3;
  private static final Duration UNUSUAL_MIN = Duration.ofMinutes(10);
  private static final int STORAGE_CALM_PERCENT = 5;

  /// How long runs usually take: the median of the last ten, since one that hung does not move it.
  /// Of an even number it is the longer one of the two in the middle. There is none for fewer than
  /// three.
  ///
  /// @param durations of successful runs, newest first
  public static Optional<Duration> usualDuration(List<Duration> durations) {
    List<Duration> last = durations.stream().limit(USUAL_RUNS).sorted().toList();
    return last.size() < USUAL_RUNS_MIN ? Optional.empty() : Optional.of(last.get(last.size() / 2));
  }

  /// A source that has a schedule, and no success yet.
  ///
  /// @param expectedSince when the schedule was made, changed or started
  public List<Observation> neverSucceeded(
      String source, Schedule schedule, Instant expectedSince, Instant now) {
    Optional<Instant> limit = schedule.overdueAfter(expectedSince, Duration.ZERO);
    Observation never =
        limit.isPresent() && now.isAfter(limit.get())
            ? new Present(
                Event.NEVER_SUCCEEDED,
                source,
                Event.NEVER_SUCCEEDED.title() + ": " + source,
                List.of(
                    "The schedule is: " + schedule.describe() + ".",
                    "The first backup should have been there by " + limit.get() + "."),
                "",
                "Look at the log of the last run, or start one by hand.")
            : new Absent(Event.NEVER_SUCCEEDED, source, why(limit, "There is still time."));
    return List.of(
        never, new Absent(Event.OVERDUE, source, "There is no earlier success to be late after."));
  }

  /// A source that has a schedule and succeeded before.
  ///
  /// @param expectedSince when the schedule was made, changed or started: what was not expected
  ///   before is not late
  /// @param durations of earlier successful runs, newest first
  public List<Observation> overdue(
      String source,
      Schedule schedule,
      Instant expectedSince,
      Instant lastSuccess,
      List<Duration> durations,
      Instant now) {
    Instant from = lastSuccess.isAfter(expectedSince) ? lastSuccess : expectedSince;
    Duration usual = usualDuration(durations).orElse(Duration.ZERO);
    Optional<Instant> limit = schedule.overdueAfter(from, usual);
    Observation overdue =
        limit.isPresent() && now.isAfter(limit.get())
            ? new Present(
                Event.OVERDUE,
                source,
                Event.OVERDUE.title() + ": " + source,
                List.of(
                    "The last success was "
                        + Plain.time(Duration.between(lastSuccess, now))
                        + " ago, at "
                        + lastSuccess
                        + ".",
                    "The schedule is: " + schedule.describe() + ".",
                    "The next one should have been there by " + limit.get() + "."),
                "",
                "Look at the log of the last run, and whether the server runs all the time.")
            : new Absent(
                Event.OVERDUE, source, why(limit, "The last success was at " + lastSuccess + "."));
    return List.of(
        new Absent(Event.NEVER_SUCCEEDED, source, "A backup succeeded at " + lastSuccess + "."),
        overdue);
  }

  private static String why(Optional<Instant> limit, String expected) {
    return limit.isPresent() ? expected : "The schedule is disabled, so no backup is expected.";
  }

  /// A run that goes on: unusual from more than three times the usual duration on, and more than
  /// ten minutes. It is over when the run is, see [#runEnded]. Nothing is observed where nobody
  /// knows what is usual.
  ///
  /// @param earlier durations of earlier successful runs of the same kind, newest first
  public List<Observation> runGoesOn(
      String source, String runId, Duration soFar, List<Duration> earlier) {
    Optional<Duration> usual = usualDuration(earlier);
    boolean isUnusual =
        usual.isPresent()
            && soFar.compareTo(usual.get().multipliedBy(UNUSUAL_FACTOR)) > 0
            && soFar.compareTo(UNUSUAL_MIN) > 0;
    return isUnusual
        ? List.of(
            new Present(
                Event.UNUSUALLY_LONG,
                source,
                Event.UNUSUALLY_LONG.title() + ": " + source,
                List.of(
                    "It runs for " + Plain.time(soFar) + ".",
                    "Usually it takes " + Plain.time(usual.get()) + "."),
                runId,
                "Look at what it does, at the load of the machines and at the way to the store."))
        : List.of();
  }

  /// A run that ended, whatever came of it.
  public List<Observation> runEnded(String source, Duration took) {
    return List.of(
        new Absent(Event.UNUSUALLY_LONG, source, "The run ended after " + Plain.time(took) + "."));
  }

  /// A key's age.
  public List<Observation> keyAge(String key, Instant made, Instant now) {
    Duration age = Duration.between(made, now);
    return List.of(
        age.compareTo(limits.keyAge()) > 0
            ? new Present(
                Event.KEY_OLD,
                key,
                Event.KEY_OLD.title() + ": " + key,
                List.of(
                    "It was made "
                        + Plain.time(age)
                        + " ago; at most it should be "
                        + Plain.time(limits.keyAge())
                        + " old."),
                "",
                "Give the repository a new key and take the old one out; older backups stay readable.")
            : new Absent(Event.KEY_OLD, key, "The key was made at " + made + "."));
  }

  /// How full a store is. It is over 5 percentage points below the limit.
  ///
  /// @param usedBytes what is used
  /// @param capacityBytes what there is; 0 where there is no limit
  public List<Observation> storage(String store, long usedBytes, long capacityBytes) {
    if (capacityBytes <= 0) {
      return List.of();
    }
    double percent = 100.0 * usedBytes / capacityBytes;
    String state = new ByteSize(usedBytes) + " of " + new ByteSize(capacityBytes) + " are used.";
    if (percent >= limits.storagePercent()) {
      return List.of(
          new Present(
              Event.STORAGE_ABOVE_THRESHOLD,
              store,
              Event.STORAGE_ABOVE_THRESHOLD.title() + ": " + store,
              List.of(state, "The limit is " + limits.storagePercent() + " %."),
              "",
              "Forget and prune older backups, or give the store more space."));
    }
    return percent < limits.storagePercent() - STORAGE_CALM_PERCENT
        ? List.of(new Absent(Event.STORAGE_ABOVE_THRESHOLD, store, state))
        : List.of();
  }

  /// How far behind the server what is stored of its WAL is. It is over at half of the limit.
  public List<Observation> walLag(String source, Duration lag) {
    String state = "What is stored is " + Plain.time(lag) + " behind the server.";
    if (lag.compareTo(limits.walLag()) > 0) {
      return List.of(
          new Present(
              Event.WAL_LAG,
              source,
              Event.WAL_LAG.title() + ": " + source,
              List.of(state, "The limit is " + Plain.time(limits.walLag()) + "."),
              "",
              "Look whether WAL is streamed or archived, and at the way to the store."));
    }
    return lag.compareTo(limits.walLag().dividedBy(2)) <= 0
        ? List.of(new Absent(Event.WAL_LAG, source, state))
        : List.of();
  }

  /// Gaps in what is stored of a source's WAL.
  ///
  /// @param gaps a line for each
  public List<Observation> walGaps(String source, List<String> gaps) {
    return List.of(
        gaps.isEmpty()
            ? new Absent(Event.WAL_GAP, source, "The WAL that is stored has no gap.")
            : new Present(
                Event.WAL_GAP,
                source,
                Event.WAL_GAP.title() + ": " + source,
                gaps,
                "",
                "Make a backup now: recovery is possible from there on. Archive the missing WAL if"
                    + " the server still has it."));
  }
}
