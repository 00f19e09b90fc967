package io.holdfast.postgres.sql;

import io.holdfast.postgres.Lsn;

/// Marks that we set in a primary's WAL.
public final class WalMarks {
  private WalMarks() {}

  /// Ends the segment that is being written, so that it can be archived; returns where it ended.
  public static Lsn switchWal(SqlConnection sql) {
    return Lsn.parse(sql.value("SELECT pg_switch_wal()").orElse("0/0"));
  }

  /// Makes a place to which recovery can go by this name; returns where it is.
  public static Lsn createRestorePoint(SqlConnection sql, String name) {
    return Lsn.parse(sql.value("SELECT pg_create_restore_point(?)", name).orElse("0/0"));
  }
}
