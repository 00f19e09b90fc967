package io.holdfast.engine.schedule;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// A frequency as days and times of day, in a calendar where no local time is ever missing or comes
/// twice. All ranges include their beginning and not their end.
final class LocalPattern {
  private static final int DAY_MINUTES = 24 * 60;

  /// What becomes of it where local time jumps; see the package.
  enum Kind {
    FIXED,
    INTERVAL
  }

  private final Kind kind;
  private final Predicate<LocalDate> days;
  private final int[] times;
  private final int longestStep;

  /// @param times minutes of the day, ascending
  private LocalPattern(Kind kind, Predicate<LocalDate> days, int... times) {
    this.kind = kind;
    this.days = days;
    this.times = times;
    this.longestStep = longestStep(times, 0, times.length);
  }

  static LocalPattern of(Frequency frequency) {
    return switch (frequency) {
      case Frequency.Hourly(int minute) ->
          new LocalPattern(
              Kind.INTERVAL,
              _ -> true,
              IntStream.range(0, 24).map(hour -> 60 * hour + minute).toArray());
      case Frequency.Daily(LocalTime time) ->
          new LocalPattern(Kind.FIXED, _ -> true, minuteOf(time));
      case Frequency.Weekly(DayOfWeek day, LocalTime time) ->
          new LocalPattern(Kind.FIXED, date -> date.getDayOfWeek() == day, minuteOf(time));
      case Frequency.Monthly(int day, LocalTime time) ->
          new LocalPattern(
              Kind.FIXED,
              date -> date.getDayOfMonth() == Math.min(day, date.lengthOfMonth()),
              minuteOf(time));
      case Frequency.Disabled() -> new LocalPattern(Kind.FIXED, _ -> false);
      case Cron cron ->
          new LocalPattern(
              cron.isInterval() ? Kind.INTERVAL : Kind.FIXED, cron::includes, cron.minutesOfDay());
    };
  }

  private static int minuteOf(LocalTime time) {
    return 60 * time.getHour() + time.getMinute();
  }

  Kind kind() {
    return kind;
  }

  boolean isNever() {
    return times.length == 0;
  }

  /// The times of one day that lie in a range.
  ///
  /// @param begin where they begin in the times of a day
  /// @param end where they end
  record Part(LocalDate day, int begin, int end) {
    int size() {
      return end - begin;
    }
  }

  /// What of a day lies in a range; of size 0 if nothing does.
  Part part(LocalDate day, LocalDateTime from, LocalDateTime to) {
    if (!days.test(day)) {
      return new Part(day, 0, 0);
    }
    int begin = day.equals(from.toLocalDate()) ? indexOf(from.toLocalTime()) : 0;
    int end = day.equals(to.toLocalDate()) ? indexOf(to.toLocalTime()) : times.length;
    return new Part(day, begin, Math.max(begin, end));
  }

  /// The index of the first time that is not before one.
  private int indexOf(LocalTime time) {
    int minute = minuteOf(time);
    if (time.getSecond() > 0 || time.getNano() > 0) {
      minute++;
    }
    int index = Arrays.binarySearch(times, minute);
    return index < 0 ? -index - 1 : index;
  }

  LocalDateTime first(Part part) {
    return at(part.day(), part.begin());
  }

  LocalDateTime last(Part part) {
    return at(part.day(), part.end() - 1);
  }

  private LocalDateTime at(LocalDate day, int index) {
    return day.atTime(times[index] / 60, times[index] % 60);
  }

  /// The most minutes between two neighbours of a part; 0 if it has not two.
  int longestStep(Part part) {
    return part.size() == times.length ? longestStep : longestStep(times, part.begin(), part.end());
  }

  private static int longestStep(int[] times, int begin, int end) {
    int longest = 0;
    for (int i = begin + 1; i < end; i++) {
      longest = Math.max(longest, times[i] - times[i - 1]);
    }
    return longest;
  }

  /// No two neighbours are closer, wherever their days are; a day if there is one time only.
  int shortestStep() {
    int shortest = DAY_MINUTES;
    for (int i = 1; i < times.length; i++) {
      shortest = Math.min(shortest, times[i] - times[i - 1]);
    }
    return isNever()
        ? shortest
        : Math.min(shortest, DAY_MINUTES - times[times.length - 1] + times[0]);
  }

  Optional<LocalDateTime> firstIn(LocalDateTime from, LocalDateTime to) {
    for (LocalDate day = from.toLocalDate(); isWithin(day, to); day = day.plusDays(1)) {
      Part part = part(day, from, to);
      if (part.size() > 0) {
        return Optional.of(first(part));
      }
    }
    return Optional.empty();
  }

  Optional<LocalDateTime> lastIn(LocalDateTime from, LocalDateTime to) {
    for (LocalDate day = to.toLocalDate();
        !day.isBefore(from.toLocalDate());
        day = day.minusDays(1)) {
      Part part = part(day, from, to);
      if (part.size() > 0) {
        return Optional.of(last(part));
      }
    }
    return Optional.empty();
  }

  long countIn(LocalDateTime from, LocalDateTime to) {
    long count = 0;
    for (LocalDate day = from.toLocalDate(); isWithin(day, to); day = day.plusDays(1)) {
      count += part(day, from, to).size();
    }
    return count;
  }

  private static boolean isWithin(LocalDate day, LocalDateTime to) {
    return !day.isAfter(to.toLocalDate());
  }
}
