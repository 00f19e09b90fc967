package io.holdfast.engine.plan;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// What is done for a source, by itself or on request.
public enum Job {
  /// A physical backup that reads everything.
  FULL,
  /// A physical backup of what changed.
  INCREMENTAL,
  /// A dump of the source's database.
  DUMP,
  /// A dump of definitions without rows.
  SCHEMA,
  /// Reads the newest backup back.
  VERIFY,
  /// Restores the newest physical backup into a scratch server and checks it.
  TEST_RESTORE,
  /// Forgets what the source's retention policy no longer keeps, and prunes.
  RETENTION;

  /// As it is written: `test-restore`.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// Whether it makes a backup.
  public boolean isBackup() {
    return switch (this) {
      case FULL, INCREMENTAL, DUMP, SCHEMA -> true;
      case VERIFY, TEST_RESTORE, RETENTION -> false;
    };
  }

  /// @throws BackupException `BAD_ARGUMENT` if it is no job
  public static Job parse(String word) {
    return Arrays.stream(values())
        .filter(job -> job.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BAD_ARGUMENT,
                    "'" + word + "' is nothing that can be run",
                    "Give one of: "
                        + Arrays.stream(values()).map(Job::word).collect(Collectors.joining(", "))
                        + "."));
  }
}
