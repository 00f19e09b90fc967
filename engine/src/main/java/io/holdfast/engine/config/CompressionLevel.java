package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;

/// How hard zstd tries with what backups store, from 1 (fast) to 19 (small).
public record CompressionLevel(int level) {
  public static final int LEVEL_MIN = 1;
  public static final int LEVEL_MAX = 19;

  /// What is used where nothing else is said.
  public static final CompressionLevel DEFAULT = new CompressionLevel(LEVEL_MIN);

  /// The variable that sets it for every repository.
  static final String VARIABLE = "HOLDFAST_COMPRESSION_LEVEL";

  public CompressionLevel {
    if (level < LEVEL_MIN || level > LEVEL_MAX) {
      throw new IllegalArgumentException("compression level " + level);
    }
  }

  /// Reads a whole number.
  ///
  /// @param where the setting it comes from, for the message
  /// @throws BackupException `BAD_CONFIGURATION`
  static CompressionLevel parse(String where, String text) {
    if (text.strip().matches("[1-9][0-9]?")) {
      int level = Integer.parseInt(text.strip());
      if (level <= LEVEL_MAX) {
        return new CompressionLevel(level);
      }
    }
    throw new BackupException(
        ErrorCode.BAD_CONFIGURATION,
        where + " is " + Quoted.of(text) + ", which is no level of compression",
        "Set it to a whole number from "
            + LEVEL_MIN
            + " (fast, the default) to "
            + LEVEL_MAX
            + " (small and slow).");
  }
}
