package io.holdfast.engine.schedule;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.DayOfWeek;
import java.time.LocalTime;

/// How often something runs, in local time of a zone that [Schedule] adds.
public sealed interface Frequency
    permits Frequency.Hourly,
        Frequency.Daily,
        Frequency.Weekly,
        Frequency.Monthly,
        Frequency.Disabled,
        Cron {

  /// Reads a frequency without zone and jitter, in the grammar of [Schedule].
  ///
  /// @throws BackupException `BAD_ARGUMENT` if it is none
  static Frequency parse(String text) {
    return new ScheduleReader(text).frequencyAlone();
  }

  /// The frequency as text that [#parse] reads.
  default String text() {
    return switch (this) {
      case Hourly(int minute) -> "hourly at :%02d".formatted(minute);
      case Daily(LocalTime time) -> "daily at " + time;
      case Weekly(DayOfWeek day, LocalTime time) ->
          "weekly on " + ScheduleReader.shortName(day) + " at " + time;
      case Monthly(int day, LocalTime time) ->
          "monthly on " + (day == Monthly.LAST ? "last" : day) + " at " + time;
      case Disabled() -> "disabled";
      case Cron cron -> "cron " + cron.expression();
    };
  }

  /// Once an hour, by real time.
  record Hourly(int minute) implements Frequency {
    /// @throws BackupException `BAD_ARGUMENT` if no hour has such a minute
    public Hourly {
      if (minute < 0 || minute > 59) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "no hour has a minute " + minute,
            "Give 0 to 59, for example 'hourly at :15'.");
      }
    }
  }

  /// Once a local day.
  record Daily(LocalTime time) implements Frequency {
    /// @throws BackupException `BAD_ARGUMENT` if the time has seconds
    public Daily {
      requireWholeMinutes(time);
    }
  }

  /// Once a week.
  record Weekly(DayOfWeek day, LocalTime time) implements Frequency {
    /// @throws BackupException `BAD_ARGUMENT` if the time has seconds
    public Weekly {
      requireWholeMinutes(time);
    }
  }

  /// Once a month, on the last day of months that lack the day.
  ///
  /// @param day 1 to 31; 31 is the last day of each month
  record Monthly(int day, LocalTime time) implements Frequency {
    /// The last day of each month.
    public static final int LAST = 31;

    /// @throws BackupException `BAD_ARGUMENT` if no month has the day, or the time has seconds
    public Monthly {
      if (day < 1 || day > LAST) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "no month has a day " + day,
            "Give 1 to 31 or 'last'; months that are too short run on their last day.");
      }
      requireWholeMinutes(time);
    }
  }

  /// Never.
  record Disabled() implements Frequency {}

  private static void requireWholeMinutes(LocalTime time) {
    if (time.getSecond() != 0 || time.getNano() != 0) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the time of day " + time + " has seconds",
          "Give hours and minutes, for example 02:00.");
    }
  }
}
