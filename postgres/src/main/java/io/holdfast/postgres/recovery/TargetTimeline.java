package io.holdfast.postgres.recovery;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Which branch of the cluster's history recovery follows.
public sealed interface TargetTimeline {
  /// The newest timeline that descends from the backup.
  record Latest() implements TargetTimeline {
    @Override
    public String toString() {
      return "latest";
    }
  }

  /// The timeline on which the backup was made.
  record Current() implements TargetTimeline {
    @Override
    public String toString() {
      return "current";
    }
  }

  /// @param timeline from 1
  record Numbered(int timeline) implements TargetTimeline {
    public Numbered {
      if (timeline < 1) {
        throw new IllegalArgumentException("timeline " + timeline);
      }
    }

    @Override
    public String toString() {
      return Integer.toString(timeline);
    }
  }

  /// Reads `latest`, `current` or a number, decimal or hexadecimal after `0x`.
  ///
  /// @throws BackupException if it is none of them
  static TargetTimeline parse(String text) {
    String plain = text.strip().toLowerCase(Locale.ROOT);
    if (plain.equals("latest")) {
      return new Latest();
    }
    if (plain.equals("current")) {
      return new Current();
    }
    try {
      int number =
          plain.startsWith("0x")
              ? Integer.parseInt(plain.substring(2), 16)
              : Integer.parseInt(plain);
      if (number > 0) {
        return new Numbered(number);
      }
    } catch (NumberFormatException e) {
      throw malformed(text, e);
    }
    throw malformed(text, null);
  }

  private static BackupException malformed(String text, @Nullable Throwable cause) {
    return new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "target timeline '" + text + "' cannot be read",
        "Give latest, current or the number of a timeline.",
        cause);
  }
}
