package io.holdfast.engine.maintenance;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/// The kinds of places that a retention policy has for backups. All but the first are calendar
/// periods in UTC; the newest backup of a period takes its place.
public enum Keep {
  LAST,
  HOURLY,
  DAILY,
  WEEKLY,
  MONTHLY,
  YEARLY;

  /// The name in options and policy files: `keep-daily`.
  public String option() {
    return "keep-" + name().toLowerCase(Locale.ROOT);
  }

  /// The period of a moment, as text that is the same for all moments of it.
  String periodOf(Instant time) {
    ZonedDateTime utc = time.atZone(ZoneOffset.UTC);
    LocalDate day = utc.toLocalDate();
    return switch (this) {
      case LAST -> time.toString();
      case HOURLY -> utc.truncatedTo(ChronoUnit.HOURS).toString();
      case DAILY -> day.toString();
      case WEEKLY ->
          "week of " + day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).toString();
      case MONTHLY -> day.toString().substring(0, day.toString().length() - 3);
      case YEARLY -> Integer.toString(day.getYear());
    };
  }
}
