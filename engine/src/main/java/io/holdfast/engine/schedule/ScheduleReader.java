package io.holdfast.engine.schedule;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a schedule in the grammar of [Schedule].
final class ScheduleReader {
  private static final int LENGTH_MAX = 2 * Cron.LENGTH_MAX;
  private static final Pattern TIME = Pattern.compile("([0-9]{1,2}):([0-9]{2})");
  private static final String EXAMPLES =
      "Write for example 'hourly at :15', 'daily at 02:00', 'weekly on Sun at 02:00',"
          + " 'monthly on last at 01:00', 'cron 0 3 * * mon-fri' or 'disabled'.";

  private final String text;
  private final List<String> words;

  /// @throws BackupException `BAD_ARGUMENT` if the text is too long for any schedule
  ScheduleReader(String text) {
    if (text.length() > LENGTH_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the schedule has " + text.length() + " characters",
          "Give at most " + LENGTH_MAX + ". " + EXAMPLES);
    }
    this.text = text.strip();
    this.words = List.of(this.text.split("\\s+"));
  }

  Schedule schedule(ZoneId defaultZone) {
    int end = indexOf("in", "jitter");
    Frequency frequency = frequency(words.subList(0, end));
    List<String> rest = words.subList(end, words.size());
    ZoneId zone = defaultZone;
    if (rest.size() >= 2 && rest.getFirst().equalsIgnoreCase("in")) {
      zone = zone(rest.get(1));
      rest = rest.subList(2, rest.size());
    }
    Duration jitter = Duration.ZERO;
    if (rest.size() >= 2 && rest.getFirst().equalsIgnoreCase("jitter")) {
      jitter = TimeLength.parse(rest.get(1));
      rest = rest.subList(2, rest.size());
    }
    if (!rest.isEmpty()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "schedule '%s' has '%s' where nothing or something else belongs"
              .formatted(text, String.join(" ", rest)),
          "End with the zone and then the jitter, for example"
              + " 'daily at 02:00 in Europe/Berlin jitter 15m'.");
    }
    return new Schedule(frequency, zone, jitter);
  }

  /// Where the first of some words stands behind the first one, or else the end.
  private int indexOf(String... wanted) {
    for (int i = 1; i < words.size(); i++) {
      if (Arrays.stream(wanted).anyMatch(words.get(i)::equalsIgnoreCase)) {
        return i;
      }
    }
    return words.size();
  }

  /// The text is a frequency and nothing else.
  Frequency frequencyAlone() {
    return frequency(words);
  }

  private Frequency frequency(List<String> parts) {
    String first = parts.getFirst().toLowerCase(Locale.ROOT);
    if (first.startsWith("@")) {
      return Cron.of(String.join(" ", parts));
    }
    return switch (first) {
      case "cron" -> Cron.of(String.join(" ", parts.subList(1, parts.size())));
      case "hourly" -> new Frequency.Hourly(minute(arguments(parts, "at").getFirst()));
      case "daily" -> new Frequency.Daily(time(arguments(parts, "at").getFirst()));
      case "weekly" -> {
        List<String> given = arguments(parts, "on", "at");
        yield new Frequency.Weekly(dayOfWeek(given.getFirst()), time(given.getLast()));
      }
      case "monthly" -> {
        List<String> given = arguments(parts, "on", "at");
        yield new Frequency.Monthly(dayOfMonth(given.getFirst()), time(given.getLast()));
      }
      case "disabled" -> {
        var _ = arguments(parts);
        yield new Frequency.Disabled();
      }
      default -> throw bad("'" + parts.getFirst() + "' is no frequency");
    };
  }

  /// What stands behind each of the given words, which must be all that stands there.
  private List<String> arguments(List<String> parts, String... names) {
    if (parts.size() != 1 + 2 * names.length) {
      throw bad(wanted(parts.getFirst(), names));
    }
    for (int i = 0; i < names.length; i++) {
      if (!parts.get(1 + 2 * i).equalsIgnoreCase(names[i])) {
        throw bad(wanted(parts.getFirst(), names));
      }
    }
    return Arrays.stream(names)
        .map(name -> parts.get(2 + 2 * List.of(names).indexOf(name)))
        .toList();
  }

  private static String wanted(String frequency, String... names) {
    String lower = frequency.toLowerCase(Locale.ROOT);
    return names.length == 0
        ? "'" + lower + "' stands alone"
        : "'" + lower + "' needs '" + String.join("' and '", names) + "', and nothing else";
  }

  private int minute(String word) {
    if (!word.matches(":[0-9]{2}")) {
      throw bad("'" + word + "' is no minute of an hour such as :15");
    }
    return Integer.parseInt(word.substring(1));
  }

  private LocalTime time(String word) {
    Matcher matcher = TIME.matcher(word);
    if (matcher.matches()) {
      int hour = Integer.parseInt(matcher.group(1));
      int minute = Integer.parseInt(matcher.group(2));
      if (hour < 24 && minute < 60) {
        return LocalTime.of(hour, minute);
      }
    }
    throw bad("'" + word + "' is no time of day from 00:00 to 23:59");
  }

  private DayOfWeek dayOfWeek(String word) {
    return Arrays.stream(DayOfWeek.values())
        .filter(day -> word.equalsIgnoreCase(day.name()) || word.equalsIgnoreCase(shortName(day)))
        .findFirst()
        .orElseThrow(() -> bad("'" + word + "' is no day of the week from Mon to Sun"));
  }

  static String shortName(DayOfWeek day) {
    return InWords.name(day).substring(0, 3);
  }

  private int dayOfMonth(String word) {
    if (word.equalsIgnoreCase("last")) {
      return Frequency.Monthly.LAST;
    }
    if (!word.matches("[0-9]{1,2}")) {
      throw bad("'" + word + "' is no day of a month: 1 to 31, or 'last'");
    }
    return Integer.parseInt(word);
  }

  /// @throws BackupException `BAD_ARGUMENT` if the IANA database has no such zone
  static ZoneId zone(String name) {
    return Zones.named(name);
  }

  private BackupException bad(String why) {
    return new BackupException(ErrorCode.BAD_ARGUMENT, "schedule '" + text + "': " + why, EXAMPLES);
  }
}
