package io.holdfast.engine.schedule;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A cron expression of five fields: minute, hour, day of month, month, day of week.
///
/// A field is a list, with commas, of `*`, numbers, ranges `a-b`, and steps `*/n` and `a-b/n`.
/// Months and days of the week have names of three letters, in any case; 0 and 7 are Sunday; a
/// range of days may end on Sunday (`fri-sun`). `L` is the last day of the month.
///
/// As in Vixie cron, if both day of month and day of week are restricted, a day fits if *either*
/// fits; a field that begins with `*` is not restricted, and then *both* must fit. [#remarks] warns
/// of either case.
///
/// `@hourly`, `@daily` (`@midnight`), `@weekly`, `@monthly` and `@yearly` (`@annually`) stand for
/// what they do elsewhere. There are no seconds, no years and no `@reboot`.
///
/// A day that fits comes at least once in 41 years: dates that never come are refused when read, so
/// a search is always bounded.
public final class Cron implements Frequency {
  /// The longest expression that is read.
  public static final int LENGTH_MAX = 200;

  private static final Map<String, String> NAMED =
      Map.of(
          "@hourly", "0 * * * *",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@weekly", "0 0 * * 0",
          "@monthly", "0 0 1 * *",
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *");

  private final String expression;
  private final Map<CronField, CronValues> fields;
  private final long daysOfMonth;
  private final long months;
  private final long daysOfWeek;
  private final boolean hasLastDay;
  private final boolean isEither;
  private final int[] minutesOfDay;

  private Cron(String expression, Map<CronField, CronValues> fields) {
    this.expression = expression;
    this.fields = Map.copyOf(fields);
    this.daysOfMonth = values(CronField.DAY_OF_MONTH).mask();
    this.months = values(CronField.MONTH).mask();
    this.daysOfWeek = values(CronField.DAY_OF_WEEK).mask();
    this.hasLastDay = values(CronField.DAY_OF_MONTH).hasLastDay();
    this.isEither =
        !values(CronField.DAY_OF_MONTH).beginsWithStar()
            && !values(CronField.DAY_OF_WEEK).beginsWithStar();
    List<Integer> minutes = values(CronField.MINUTE).values();
    this.minutesOfDay =
        values(CronField.HOUR).values().stream()
            .flatMapToInt(hour -> minutes.stream().mapToInt(minute -> 60 * hour + minute))
            .toArray();
  }

  /// @throws BackupException `BAD_ARGUMENT` if it cannot be read, or its date never comes
  public static Cron of(String expression) {
    String text = expression.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
    if (text.length() > LENGTH_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the cron expression has " + text.length() + " characters",
          "Give at most " + LENGTH_MAX + "; ranges and steps are shorter than lists.");
    }
    CronReader reader = new CronReader(expression.strip());
    Cron cron = new Cron(text, reader.read(text.startsWith("@") ? named(text) : expression));
    if (!cron.comes()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "day of month '%s' never comes in month '%s' of cron '%s'"
              .formatted(
                  cron.values(CronField.DAY_OF_MONTH).text(),
                  cron.values(CronField.MONTH).text(),
                  expression.strip()),
          "Give a day that one of the months has, or L for its last day.");
    }
    return cron;
  }

  private static String named(String name) {
    String expression = NAMED.get(name);
    if (expression == null) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "cron has no name '" + name + "'",
          "Give @hourly, @daily, @weekly, @monthly or @yearly, or five fields.");
    }
    return expression;
  }

  /// The expression in lower case with single spaces, or its name.
  public String expression() {
    return expression;
  }

  /// Whether the minutes or hours repeat, so that it goes by real time; see the package.
  public boolean isInterval() {
    return values(CronField.MINUTE).repeats() || values(CronField.HOUR).repeats();
  }

  /// What people should know who wrote this, as sentences; usually nothing.
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    boolean restrictsBoth =
        !values(CronField.DAY_OF_MONTH).isEvery() && !values(CronField.DAY_OF_WEEK).isEvery();
    if (isEither || restrictsBoth) {
      remarks.add(
          "It gives day of month '%s' and day of week '%s': %s."
              .formatted(
                  values(CronField.DAY_OF_MONTH).text(),
                  values(CronField.DAY_OF_WEEK).text(),
                  isEither
                      ? "it runs on days that fit either of them, not only where both fit"
                      : "both must fit, because one of them begins with *"));
    }
    for (CronField field : List.of(CronField.MINUTE, CronField.HOUR)) {
      values(field).unevenStep().ifPresent(step -> remarks.add(unevenStep(field, step)));
    }
    return remarks;
  }

  private static String unevenStep(CronField field, int step) {
    return "Steps of %d do not divide the %d values of the field %s: they begin anew each time."
        .formatted(step, field.size(), field.label());
  }

  CronValues values(CronField field) {
    return Objects.requireNonNull(fields.get(field));
  }

  /// Whether a day of month or a day of week is enough.
  boolean isEither() {
    return isEither;
  }

  boolean includes(LocalDate date) {
    if (!has(months, date.getMonthValue())) {
      return false;
    }
    int day = date.getDayOfMonth();
    boolean ofMonth = has(daysOfMonth, day) || (hasLastDay && day == date.lengthOfMonth());
    boolean ofWeek = has(daysOfWeek, date.getDayOfWeek().getValue() % 7);
    return isEither ? ofMonth || ofWeek : ofMonth && ofWeek;
  }

  private static boolean has(long mask, int value) {
    return (mask & 1L << value) != 0;
  }

  /// The times of a day, ascending.
  int[] minutesOfDay() {
    return minutesOfDay.clone();
  }

  /// A leap year has each date that any year has, and each of them comes on each day of the week at
  /// some time.
  private boolean comes() {
    if (isEither || hasLastDay) {
      return true;
    }
    LocalDate first = LocalDate.of(2024, 1, 1);
    return first
        .datesUntil(first.plusYears(1))
        .anyMatch(
            date -> has(months, date.getMonthValue()) && has(daysOfMonth, date.getDayOfMonth()));
  }

  /// Two are equal if they were written alike; `0 0 * * *` is not `@daily`.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Cron cron && expression.equals(cron.expression);
  }

  @Override
  public int hashCode() {
    return expression.hashCode();
  }

  @Override
  public String toString() {
    return text();
  }
}
