package io.holdfast.engine.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Decides what is to be done about the slots of a schedule, after seconds or after a year without
/// anybody: at most one of them runs, the newest that is due. The others are missed; they are
/// counted, not listed.
///
/// @param scheduleId as in [Schedule#dueAt]
public record CatchUp(Schedule schedule, String scheduleId, MissedPolicy policy) {

  /// What is to be done now. Whoever does it then hands in [#handled] as the last handled slot.
  public sealed interface Decision {
    /// No slot is due that is not handled.
    record Nothing() implements Decision {}

    /// A slot runs now.
    ///
    /// @param missed those before it
    record Run(Instant slot, Missed missed) implements Decision {}

    /// Slots were missed and none of them runs.
    record LetPass(Missed.Slots missed) implements Decision {}

    /// The last slot that is handled by this decision; nothing if none is.
    default Optional<Instant> handled() {
      return switch (this) {
        case Nothing() -> Optional.empty();
        case Run(Instant slot, _) -> Optional.of(slot);
        case LetPass(Missed.Slots missed) -> Optional.of(missed.last());
      };
    }
  }

  /// Slots that were due and never run.
  public sealed interface Missed {
    record None() implements Missed {}

    /// @param count all of them, also where there are a great many
    record Slots(long count, Instant first, Instant last, Notice notice) implements Missed {}
  }

  /// Who learns of missed slots.
  public enum Notice {
    /// They are recorded.
    RECORD,
    /// They are recorded, and people are told.
    ALERT
  }

  /// Decides about the slots after the last handled one that are due. A slot up to the last handled
  /// one is never returned, so a clock that is set back makes nothing run twice.
  ///
  /// @param lastHandled the last slot that was run, or recorded as missed; of a schedule that is
  ///   new, was changed or was paused, the moment of that: it begins with the slot after it
  public Decision decide(Instant lastHandled, Instant now) {
    Optional<Instant> due = newestDue(lastHandled, now);
    if (due.isEmpty()) {
      return new Decision.Nothing();
    }
    Instant newest = due.get();
    Duration lateness = Duration.between(schedule.dueAt(newest, scheduleId), now);
    if (runs(lateness)) {
      return new Decision.Run(newest, missed(lastHandled, newest));
    }
    long count = schedule.count(lastHandled, newest);
    return new Decision.LetPass(
        new Missed.Slots(count, first(lastHandled, newest), newest, noticeOfAll()));
  }

  private Optional<Instant> newestDue(Instant after, Instant now) {
    Optional<Instant> newest = schedule.last(after, now);
    if (newest.isEmpty() || !schedule.dueAt(newest.get(), scheduleId).isAfter(now)) {
      return newest;
    }
    // Jitter never reaches the next slot, so the one before is due for certain.
    return schedule.last(after, newest.get().minusNanos(1));
  }

  private boolean runs(Duration lateness) {
    Duration allowed =
        switch (policy) {
          case MissedPolicy.RunOnce(Duration maxLateness) -> maxLateness;
          case MissedPolicy.Skip(), MissedPolicy.AlertOnly() -> MissedPolicy.ON_TIME;
        };
    return lateness.compareTo(allowed) <= 0;
  }

  /// The slots before one that runs.
  private Missed missed(Instant lastHandled, Instant newest) {
    Instant upTo = newest.minusNanos(1);
    Optional<Instant> last = schedule.last(lastHandled, upTo);
    if (last.isEmpty()) {
      return new Missed.None();
    }
    long count = schedule.count(lastHandled, upTo);
    Notice notice =
        switch (policy) {
          case MissedPolicy.RunOnce _, MissedPolicy.Skip _ -> Notice.RECORD;
          case MissedPolicy.AlertOnly _ -> Notice.ALERT;
        };
    return new Missed.Slots(count, first(lastHandled, upTo), last.get(), notice);
  }

  /// Of slots of which none runs: a run that was asked for and will not come is worth an alert.
  private Notice noticeOfAll() {
    return switch (policy) {
      case MissedPolicy.RunOnce _, MissedPolicy.AlertOnly _ -> Notice.ALERT;
      case MissedPolicy.Skip _ -> Notice.RECORD;
    };
  }

  private Instant first(Instant after, Instant upTo) {
    return schedule.slots(after, upTo, 1).getFirst();
  }
}
