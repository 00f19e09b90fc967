package io.holdfast.engine.notify;

import io.holdfast.base.Quoted;
import java.time.Duration;
import java.util.regex.Pattern;

/// Texts for people: short, on one line, and without a password that somebody put into a URL.
final class Plain {
  private static final Pattern USER_OF_URL = Pattern.compile("://[^\\s/@]{1,500}@");

  private Plain() {}

  /// `text` on one line of at most so many characters.
  static String line(String text, int charactersMax) {
    String hidden = USER_OF_URL.matcher(cut(text, 4 * charactersMax)).replaceAll("://***@");
    return cut(Quoted.printable(hidden.strip()), charactersMax);
  }

  static String cut(String text, int charactersMax) {
    if (text.length() <= charactersMax) {
      return text;
    }
    int end = charactersMax - 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
  }

  /// A length of time in its two largest units: `2 d 3 h`, `14 min`.
  static String time(Duration time) {
    long seconds = Math.max(0, time.toSeconds());
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return two(seconds / 60, "min", seconds % 60, "s");
    }
    if (seconds < 86_400) {
      return two(seconds / 3600, "h", seconds % 3600 / 60, "min");
    }
    return two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h");
  }

  private static String two(long large, String unit, long small, String smallUnit) {
    return large + " " + unit + (small == 0 ? "" : " " + small + " " + smallUnit);
  }
}
