package io.holdfast.engine.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The rules of the package, written once more: a clock on the wall that is looked at each minute.
///
/// @param fits the local times of the frequency
/// @param isInterval whether it goes by real time
record MinuteByMinute(Predicate<LocalDateTime> fits, boolean isInterval) {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /// The model of a frequency whose text has numbers only.
  static MinuteByMinute of(String text) {
    String[] words = text.split(" ");
    return switch (words[0]) {
      case "hourly" ->
          new MinuteByMinute(at -> at.getMinute() == number(words[2].substring(1)), true);
      case "daily" -> new MinuteByMinute(at -> isTime(at, words[2]), false);
      case "weekly" ->
          new MinuteByMinute(
              at ->
                  isTime(at, words[4])
                      && at.getDayOfWeek().name().startsWith(words[2].toUpperCase(Locale.ROOT)),
              false);
      case "monthly" ->
          new MinuteByMinute(
              at -> {
                int wanted = words[2].equals("last") ? 31 : number(words[2]);
                boolean isLast = at.plusDays(1).getDayOfMonth() == 1;
                return isTime(at, words[4])
                    && (at.getDayOfMonth() == wanted || (isLast && at.getDayOfMonth() < wanted));
              },
              false);
      default -> cron(Arrays.copyOfRange(words, 1, words.length));
    };
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }

  private static boolean isTime(LocalDateTime at, String time) {
    return at.getMinute() == number(time.substring(3))
        && at.getHour() == number(time.substring(0, 2));
  }

  private static MinuteByMinute cron(String... fields) {
    Set<Integer> minutes = values(fields[0]);
    Set<Integer> hours = values(fields[1]);
    Set<Integer> days = values(fields[2]);
    Set<Integer> months = values(fields[3]);
    Set<Integer> weekDays = values(fields[4]);
    boolean both = fields[2].startsWith("*") || fields[4].startsWith("*");
    return new MinuteByMinute(
        at -> {
          boolean isLast = at.plusDays(1).getDayOfMonth() == 1;
          int weekDay = at.getDayOfWeek().getValue();
          boolean ofMonth =
              days.contains(at.getDayOfMonth()) || (isLast && fields[2].contains("L"));
          boolean ofWeek = weekDays.contains(weekDay) || weekDays.contains(weekDay % 7);
          return minutes.contains(at.getMinute())
              && hours.contains(at.getHour())
              && months.contains(at.getMonthValue())
              && (both ? ofMonth && ofWeek : ofMonth || ofWeek);
        },
        !(fields[0] + fields[1]).matches("[0-9,]+"));
  }

  /// Steps of `*` count from 0, which is right for minutes, hours and days of the week only.
  private static Set<Integer> values(String field) {
    return IntStream.range(0, 60)
        .filter(value -> Arrays.stream(field.split(",")).anyMatch(item -> isIn(item, value)))
        .boxed()
        .collect(Collectors.toSet());
  }

  private static boolean isIn(String item, int value) {
    String range = item.split("/")[0];
    int step = item.contains("/") ? number(item.split("/")[1]) : 1;
    String[] ends = range.split("-");
    return (range.equals("*") && value % step == 0)
        || range.equals(String.valueOf(value))
        || (ends.length == 2
            && value >= number(ends[0])
            && value <= number(ends[1])
            && (value - number(ends[0])) % step == 0);
  }

  /// All slots strictly after one instant, up to and including another; both on whole minutes.
  List<Instant> slots(ZoneId zone, Instant after, Instant upTo) {
    SortedSet<Instant> slots = new TreeSet<>();
    Set<LocalDateTime> seen = new HashSet<>();
    Instant now = after.minus(Duration.ofHours(3)); // what was on the wall before is seen, too
    LocalDateTime before = LocalDateTime.ofInstant(now.minus(MINUTE), zone);
    while (!now.isAfter(upTo)) {
      LocalDateTime wall = LocalDateTime.ofInstant(now, zone);
      if (now.isAfter(after)
          && (isMissedIn(before, wall) || (fits.test(wall) && isNew(seen, wall)))) {
        slots.add(now);
      }
      seen.add(wall);
      before = wall;
      now = now.plus(MINUTE);
    }
    return List.copyOf(slots);
  }

  private boolean isNew(Set<LocalDateTime> seen, LocalDateTime wall) {
    return isInterval || !seen.contains(wall);
  }

  /// Whether the clock jumped over something that has to be made up for.
  private boolean isMissedIn(LocalDateTime before, LocalDateTime wall) {
    List<LocalDateTime> skipped = new ArrayList<>();
    for (LocalDateTime at = before.plus(MINUTE); at.isBefore(wall); at = at.plus(MINUTE)) {
      if (fits.test(at)) {
        skipped.add(at);
      }
    }
    return isInterval
        ? skipped.stream()
            .map(LocalDateTime::toLocalDate)
            .distinct()
            .anyMatch(day -> allOf(day, skipped))
        : !skipped.isEmpty();
  }

  private boolean allOf(LocalDate day, List<LocalDateTime> skipped) {
    for (LocalDateTime at = day.atStartOfDay();
        at.toLocalDate().equals(day);
        at = at.plus(MINUTE)) {
      if (fits.test(at) && !skipped.contains(at)) {
        return false;
      }
    }
    return true;
  }
}
