package io.holdfast.engine.schedule;

import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.Month;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;

/// Frequencies in plain English, without zone and jitter. Crons of uncommon shape stay expressions:
/// a sentence that is nearly right is worse than none.
final class InWords {
  private static final int LISTED_MAX = 6;

  private final CronValues minutes;
  private final CronValues hours;
  private final CronValues ofMonth;
  private final CronValues months;
  private final CronValues ofWeek;
  private final boolean isEither;

  private InWords(Cron cron) {
    this.minutes = cron.values(CronField.MINUTE);
    this.hours = cron.values(CronField.HOUR);
    this.ofMonth = cron.values(CronField.DAY_OF_MONTH);
    this.months = cron.values(CronField.MONTH);
    this.ofWeek = cron.values(CronField.DAY_OF_WEEK);
    this.isEither = cron.isEither();
  }

  static String of(Frequency frequency) {
    return switch (frequency) {
      case Frequency.Hourly(int minute) -> "every hour at :%02d".formatted(minute);
      case Frequency.Daily(LocalTime time) -> "every day at " + time;
      case Frequency.Weekly(DayOfWeek day, LocalTime time) -> "every " + name(day) + " at " + time;
      case Frequency.Monthly(int day, LocalTime time) -> monthly(day) + " at " + time;
      case Frequency.Disabled() -> "never";
      case Cron cron -> new InWords(cron).sentence().orElse("cron " + cron.expression());
    };
  }

  private static String monthly(int day) {
    if (day == Frequency.Monthly.LAST) {
      return "on the last day of every month";
    }
    String shorter = day > 28 ? " (the last day where it is shorter)" : "";
    return "on day " + day + " of every month" + shorter;
  }

  /// Days first where times are single, times first where they repeat.
  private Optional<String> sentence() {
    Optional<String> days = days();
    if (days.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> repeating = repeating();
    if (repeating.isPresent()) {
      boolean everyDay = days.get().equals("every day");
      return repeating.map(times -> everyDay ? times : times + ", " + days.get());
    }
    return singleTimes().map(times -> days.get() + " at " + times);
  }

  private Optional<String> repeating() {
    Optional<Integer> step = evenStep(minutes);
    if (hours.isEvery() && step.isPresent()) {
      return Optional.of(step.get() == 1 ? "every minute" : "every " + step.get() + " minutes");
    }
    if (minutes.values().size() != 1 || !hours.repeats() || hours.items().size() != 1) {
      return Optional.empty();
    }
    int minute = minutes.values().getFirst();
    if (hours.isEvery()) {
      return Optional.of("every hour at :%02d".formatted(minute));
    }
    if (evenStep(hours).isPresent()) {
      return Optional.of("every %d hours from 00:%02d".formatted(evenStep(hours).get(), minute));
    }
    List<Integer> all = hours.values();
    return all.getLast() - all.getFirst() == all.size() - 1
        ? Optional.of(
            "every hour from %s to %s"
                .formatted(
                    LocalTime.of(all.getFirst(), minute), LocalTime.of(all.getLast(), minute)))
        : Optional.empty();
  }

  /// The step of `*` and of `*/n` that divides what it steps through and does step.
  private static Optional<Integer> evenStep(CronValues values) {
    CronField field = values.field();
    return values.items().size() == 1
            && values.items().getFirst() instanceof CronValues.Range(int first, int last, int step)
            && first == field.first()
            && last == field.last()
            && step < field.size()
            && field.size() % step == 0
        ? Optional.of(step)
        : Optional.empty();
  }

  private Optional<String> singleTimes() {
    List<Integer> all =
        hours.values().stream()
            .flatMap(hour -> minutes.values().stream().map(minute -> 60 * hour + minute))
            .toList();
    return all.size() > LISTED_MAX
        ? Optional.empty()
        : Optional.of(list(all, minute -> LocalTime.of(minute / 60, minute % 60).toString()));
  }

  private Optional<String> days() {
    if (isEither) {
      return daysOfMonth().flatMap(month -> daysOfWeek().map(week -> month + " and also " + week));
    }
    if (ofMonth.isEvery()) {
      return ofWeek.isEvery() && months.isEvery() ? Optional.of("every day") : daysOfWeek();
    }
    return ofWeek.isEvery() ? daysOfMonth() : Optional.empty();
  }

  private Optional<String> daysOfMonth() {
    boolean last = ofMonth.hasLastDay();
    List<Integer> days = ofMonth.values();
    if (days.size() > LISTED_MAX || (last && !days.isEmpty())) {
      return Optional.empty();
    }
    String which =
        last ? "the last day" : (days.size() == 1 ? "day " : "days ") + list(days, String::valueOf);
    return Optional.of("on " + which + " of " + monthNames());
  }

  private Optional<String> daysOfWeek() {
    String which = ofWeek.isEvery() ? "every day" : "every " + weekDays();
    return Optional.of(months.isEvery() ? which : which + " in " + monthNames());
  }

  /// Monday first, and three or more in a row as a range.
  private String weekDays() {
    List<Integer> days = ofWeek.values().stream().map(day -> day == 0 ? 7 : day).sorted().toList();
    if (days.size() > 2 && days.getLast() - days.getFirst() == days.size() - 1) {
      return name(DayOfWeek.of(days.getFirst())) + " to " + name(DayOfWeek.of(days.getLast()));
    }
    return list(days, day -> name(DayOfWeek.of(day)));
  }

  private String monthNames() {
    return months.isEvery()
        ? "every month"
        : list(months.values(), month -> capitalised(Month.of(month).name()));
  }

  private static String list(List<Integer> values, IntFunction<String> name) {
    List<String> names = values.stream().map(name::apply).toList();
    int last = names.size() - 1;
    return last < 1
        ? names.getFirst()
        : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
  }

  /// The name as it is in every version of every locale: texts are stored.
  static String name(DayOfWeek day) {
    return capitalised(day.name());
  }

  private static String capitalised(String name) {
    return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
  }
}
