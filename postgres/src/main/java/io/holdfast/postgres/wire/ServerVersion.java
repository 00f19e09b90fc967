package io.holdfast.postgres.wire;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;

/// The version that a server names when a connection begins.
final class ServerVersion {
  private static final int OLDEST = 130_000;
  private static final int TOO_NEW = 190_000;

  private ServerVersion() {}

  /// Its number, as `150004`.
  ///
  /// @throws BackupException `SERVER_VERSION_UNSUPPORTED`
  static int requireSupported(String version) {
    int number = number(version);
    if (number < OLDEST || number >= TOO_NEW) {
      throw new BackupException(
          ErrorCode.SERVER_VERSION_UNSUPPORTED,
          "the server is PostgreSQL " + version + "; 13 to 18 are supported",
          "Upgrade the server, or use a version of Holdfast that supports it.");
    }
    return number;
  }

  /// `15.4 (Debian …)` to 150004; 0 where it cannot be read.
  static int number(String version) {
    String[] parts = version.split("[^0-9]+", 3);
    try {
      int minor = parts.length > 1 && !parts[1].isEmpty() ? Integer.parseInt(parts[1]) : 0;
      return Integer.parseInt(parts[0]) * 10_000 + minor;
    } catch (NumberFormatException _) {
      return 0;
    }
  }
}
