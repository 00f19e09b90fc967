package io.holdfast.engine.verify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.util.Locale;
import java.util.Map;

/// What is read back, and how soon.
///
/// @param provedWithinDays how old the proof of anything may become before `doctor` warns
public record VerifySettings(AfterBackup afterBackup, long provedWithinDays) {
  public static final String AFTER_BACKUP = "HOLDFAST_VERIFY_AFTER_BACKUP";
  public static final String PROVED_WITHIN_DAYS = "HOLDFAST_PROVED_WITHIN_DAYS";

  private static final long DAYS_DEFAULT = 30;
  private static final long DAYS_MAX = 10_000;

  /// When a backup reads back what it has stored.
  public enum AfterBackup {
    ALWAYS,
    NEVER,
    /// Where reading costs no money: directories and SFTP.
    CHEAP_STORES
  }

  /// By environment variables.
  ///
  /// @throws BackupException `BAD_CONFIGURATION`
  public static VerifySettings of(Map<String, String> environment) {
    return new VerifySettings(
        afterBackup(environment.getOrDefault(AFTER_BACKUP, "")),
        days(environment.getOrDefault(PROVED_WITHIN_DAYS, "")));
  }

  private static AfterBackup afterBackup(String value) {
    return switch (value.strip().toLowerCase(Locale.ROOT)) {
      case "", "cheap-stores" -> AfterBackup.CHEAP_STORES;
      case "always" -> AfterBackup.ALWAYS;
      case "never" -> AfterBackup.NEVER;
      default ->
          throw new BackupException(
              ErrorCode.BAD_CONFIGURATION,
              AFTER_BACKUP + " is '" + value + "'",
              "Set it to always, never or cheap-stores.");
    };
  }

  private static long days(String value) {
    if (value.isBlank()) {
      return DAYS_DEFAULT;
    }
    if (value.strip().matches("[1-9][0-9]{0,4}")) {
      long days = Long.parseLong(value.strip());
      if (days <= DAYS_MAX) {
        return days;
      }
    }
    throw new BackupException(
        ErrorCode.BAD_CONFIGURATION,
        PROVED_WITHIN_DAYS + " is '" + value + "'",
        "Set it to a number of days from 1 to " + DAYS_MAX + ".");
  }
}
