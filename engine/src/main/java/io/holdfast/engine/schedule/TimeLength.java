package io.holdfast.engine.schedule;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/// Lengths of time in texts: `90s`, `15m`, `6h`, `31d`.
public final class TimeLength {
  private TimeLength() {}

  /// @throws BackupException `BAD_ARGUMENT` if it is none
  public static Duration parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.matches("[0-9]{1,6}[smhd]")) {
      long count = Long.parseLong(lower.substring(0, lower.length() - 1));
      return switch (lower.charAt(lower.length() - 1)) {
        case 's' -> Duration.ofSeconds(count);
        case 'm' -> Duration.ofMinutes(count);
        case 'h' -> Duration.ofHours(count);
        default -> Duration.ofDays(count);
      };
    }
    throw new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "'" + text + "' is no length of time",
        "Give seconds, minutes, hours or days, for example 90s, 15m, 6h or 31d.");
  }

  /// Whether a length can be written.
  static boolean isWhole(Duration length) {
    return length.equals(length.truncatedTo(ChronoUnit.SECONDS));
  }

  /// In the largest unit that leaves no rest.
  ///
  /// @param length whole seconds
  public static String text(Duration length) {
    long seconds = length.toSeconds();
    if (seconds % 60 != 0 || seconds == 0) {
      return seconds + "s";
    }
    if (seconds % 3600 != 0) {
      return seconds / 60 + "m";
    }
    return seconds % 86_400 != 0 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
  }
}
