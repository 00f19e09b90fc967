package io.holdfast.postgres.wal;

import io.holdfast.postgres.Lsn;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/// Something in WAL that recovery cares about.
public sealed interface WalFact {
  /// The start of the record that says it.
  Lsn lsn();

  /// A transaction ended. Recovery to a time or a transaction stops at these records only.
  ///
  /// @param end where the next record may start
  /// @param xid the top-level transaction, 32 bits; of a prepared one its own, not that of the
  ///   session that ended it
  /// @param time when the server began to end it; such times may go backwards from record to record
  record TransactionEnd(Lsn lsn, Lsn end, long xid, Outcome outcome, Instant time)
      implements WalFact {}

  /// How a transaction ended.
  enum Outcome {
    COMMIT,
    ABORT,
    COMMIT_PREPARED,
    ABORT_PREPARED;

    public boolean commits() {
      return this == COMMIT || this == COMMIT_PREPARED;
    }
  }

  /// `pg_create_restore_point`. The position that the function returns is `end`.
  record RestorePoint(Lsn lsn, Lsn end, String name, Instant time) implements WalFact {}

  /// @param redo where recovery from this checkpoint starts
  /// @param time when the checkpoint began, in whole seconds
  record Checkpoint(Lsn lsn, Kind kind, Lsn redo, int timeline, int previousTimeline, Instant time)
      implements WalFact {}

  /// Why a checkpoint was written.
  enum Kind {
    ONLINE,
    SHUTDOWN
  }

  /// A server was promoted without a checkpoint first.
  record EndOfRecovery(Lsn lsn, int timeline, int previousTimeline, Instant time)
      implements WalFact {}

  /// The settings that a standby must follow.
  record ParameterChange(
      Lsn lsn,
      int maxConnections,
      int maxWorkerProcesses,
      int maxWalSenders,
      int maxPreparedTransactions,
      int maxLocksPerTransaction,
      WalLevel walLevel,
      Hints hints)
      implements WalFact {}

  /// How much the server writes into WAL. The numbers are PostgreSQL's.
  enum WalLevel {
    MINIMAL(0),
    REPLICA(1),
    LOGICAL(2);

    private final int number;

    WalLevel(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }

    static Optional<WalLevel> ofNumber(int number) {
      return Arrays.stream(values()).filter(level -> level.number == number).findFirst();
    }
  }

  /// The setting `wal_log_hints`.
  enum Hints {
    LOGGED,
    NOT_LOGGED
  }

  /// The end of an online backup of a primary: from here on its copy is consistent.
  ///
  /// @param end the backup's stop position
  /// @param backupStart the position at which the backup began
  record BackupEnd(Lsn lsn, Lsn end, Lsn backupStart) implements WalFact {}

  /// `CREATE TABLESPACE`. Replay makes a link to exactly this path and works there, whatever became
  /// of the link that a restore had made.
  ///
  /// @param oid the tablespace, 32 bits
  /// @param path absolute, on the source
  record TablespaceCreation(Lsn lsn, long oid, String path) implements WalFact {}

  /// After a crash: the record at `lost` was begun and never finished.
  record UnfinishedRecord(Lsn lsn, Lsn lost, Instant time) implements WalFact {}
}
