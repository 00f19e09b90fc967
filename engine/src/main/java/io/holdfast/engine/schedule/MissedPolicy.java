package io.holdfast.engine.schedule;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.Duration;
import java.util.Locale;

/// What becomes of slots that nobody handled when they were due. Whatever it says, the newest slot
/// runs while it is on time, that is until [#ON_TIME] after it was due; older ones never run.
///
/// As text: `run-once`, `run-once within 6h`, `skip`, `alert-only`.
public sealed interface MissedPolicy {
  /// How late a slot may be and still be on time: enough for another node to take over.
  Duration ON_TIME = Duration.ofMinutes(5);

  /// The longest lateness that can be asked for.
  Duration LATENESS_MAX = Duration.ofDays(366);

  /// The policy if nobody says another: one run, up to 31 days late, which is always for schedules
  /// that run at least once a month.
  static MissedPolicy byDefault() {
    return new RunOnce(Duration.ofDays(31));
  }

  /// The newest slot runs late, once; the others are recorded. If even the newest one is later than
  /// allowed, all are recorded and people are told.
  ///
  /// @param maxLateness in whole seconds
  record RunOnce(Duration maxLateness) implements MissedPolicy {
    /// @throws BackupException `BAD_ARGUMENT` if it is less than what is on time, or too long
    public RunOnce {
      if (maxLateness.compareTo(ON_TIME) < 0
          || maxLateness.compareTo(LATENESS_MAX) > 0
          || !TimeLength.isWhole(maxLateness)) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "a missed run cannot be caught up within " + maxLateness,
            "Give whole seconds, from %s to %s."
                .formatted(TimeLength.text(ON_TIME), TimeLength.text(LATENESS_MAX)));
      }
    }
  }

  /// Late slots are recorded.
  record Skip() implements MissedPolicy {}

  /// Late slots are recorded, and people are told.
  record AlertOnly() implements MissedPolicy {}

  /// @throws BackupException `BAD_ARGUMENT` if it is no policy
  static MissedPolicy parse(String text) {
    String[] words = text.strip().toLowerCase(Locale.ROOT).split("\\s+");
    if (words.length == 3 && words[0].equals("run-once") && words[1].equals("within")) {
      return new RunOnce(TimeLength.parse(words[2]));
    }
    return switch (String.join(" ", words)) {
      case "run-once" -> byDefault();
      case "skip" -> new Skip();
      case "alert-only" -> new AlertOnly();
      default ->
          throw new BackupException(
              ErrorCode.BAD_ARGUMENT,
              "'" + text.strip() + "' says nothing about missed runs",
              "Give run-once, 'run-once within 6h', skip or alert-only.");
    };
  }

  /// The policy as text that [#parse] reads.
  default String text() {
    return switch (this) {
      case RunOnce run when run.equals(byDefault()) -> "run-once";
      case RunOnce(Duration maxLateness) -> "run-once within " + TimeLength.text(maxLateness);
      case Skip() -> "skip";
      case AlertOnly() -> "alert-only";
    };
  }
}
