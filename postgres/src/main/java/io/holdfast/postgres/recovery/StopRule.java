package io.holdfast.postgres.recovery;

/// What the server is told about the record at which it stops.
public enum StopRule {
  /// `recovery_target_lsn` with `recovery_target_inclusive = on`: the record is the last one
  /// replayed.
  AFTER_RECORD,
  /// `recovery_target_lsn` with `recovery_target_inclusive = off`: the record is not replayed.
  BEFORE_RECORD,
  /// `recovery_target = 'immediate'`: the position is the backup's end.
  AT_CONSISTENCY
}
