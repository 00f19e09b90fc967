package io.holdfast.engine.retention;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/// The kinds of places that a retention policy has for backups. All but the first are periods of a
/// local calendar; the newest good backup of a period takes its place.
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

  /// The period of a moment, as text that is the same for all moments of it and for no others. An
  /// hour that comes twice, when clocks are set back, is two hours.
  String periodOf(Instant time, ZoneId zone) {
    // The offset is part of an hour's text, which is what makes two of one.
    OffsetDateTime local = time.atZone(zone).toOffsetDateTime();
    LocalDate day = local.toLocalDate();
    return switch (this) {
      case LAST -> time.toString();
      case HOURLY -> local.truncatedTo(ChronoUnit.HOURS).toString();
      case DAILY -> day.toString();
      case WEEKLY ->
          "week of " + day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).toString();
      case MONTHLY -> day.toString().substring(0, day.toString().length() - 3);
      case YEARLY -> Integer.toString(day.getYear());
    };
  }
}
