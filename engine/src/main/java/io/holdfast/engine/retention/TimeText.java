package io.holdfast.engine.retention;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.Duration;

/// Lengths of time in policies: `36h`, `14d`, `8w`.
final class TimeText {
  private TimeText() {}

  /// @throws BackupException `BAD_ARGUMENT` if it is none
  static Duration parse(String text) {
    if (text.matches("[0-9]{1,6}[hdw]")) {
      long count = Long.parseLong(text.substring(0, text.length() - 1));
      return switch (text.charAt(text.length() - 1)) {
        case 'h' -> Duration.ofHours(count);
        case 'd' -> Duration.ofDays(count);
        default -> Duration.ofDays(7 * count);
      };
    }
    throw new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "'" + text + "' is no time",
        "Give hours, days or weeks, for example 36h, 14d or 8w.");
  }

  /// In days if they leave no rest, else in hours if they leave none.
  static String of(Duration time) {
    if (!time.equals(Duration.ofHours(time.toHours()))) {
      return time.toString();
    }
    return time.toHours() % 24 == 0 ? time.toDays() + "d" : time.toHours() + "h";
  }
}
