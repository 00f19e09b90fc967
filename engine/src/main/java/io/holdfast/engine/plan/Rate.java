package io.holdfast.engine.plan;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.util.Arrays;
import java.util.Locale;

/// How often an account's backups are made by themselves; the most frequent first.
public enum Rate {
  HOURLY,
  DAILY,
  WEEKLY,
  MONTHLY;

  /// As it is written.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// @throws BackupException `BAD_ARGUMENT` if it is none
  public static Rate parse(String word) {
    return Arrays.stream(values())
        .filter(rate -> rate.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BAD_ARGUMENT,
                    Quoted.of(word) + " is none of hourly, daily, weekly and monthly",
                    "Give one of them."));
  }
}
