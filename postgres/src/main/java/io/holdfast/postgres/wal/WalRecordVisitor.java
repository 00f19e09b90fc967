package io.holdfast.postgres.wal;

/// Receives records in the order of WAL.
@FunctionalInterface
public interface WalRecordVisitor {
  /// @param record valid until this method returns
  /// @return whether reading goes on; if not, the reader stands at the record's end
  boolean visit(WalRecord record);
}
