package io.holdfast.postgres.control;

/// How much the WAL holds, in the order of the numbers in the control file.
public enum WalLevel {
  /// Enough for crash recovery only.
  MINIMAL,
  /// Enough for archiving and standbys.
  REPLICA,
  /// Enough for logical decoding, too.
  LOGICAL
}
