package io.holdfast.postgres.recovery;

import io.holdfast.postgres.Lsn;
import java.time.Instant;

/// Where recovery is to stop, as a person says it.
public sealed interface RecoveryTarget {
  /// The end of archived WAL.
  record Latest() implements RecoveryTarget {
    @Override
    public String toString() {
      return "latest";
    }
  }

  /// The first consistent state: the end of the backup.
  record Immediate() implements RecoveryTarget {
    @Override
    public String toString() {
      return "immediate";
    }
  }

  /// Before the first transaction that ended after this time; exclusive: at or after it.
  record AtTime(Instant time, Inclusion inclusion) implements RecoveryTarget {
    @Override
    public String toString() {
      return "time " + time;
    }
  }

  /// The first record that starts at this position or later; it is replayed if inclusive.
  record AtLsn(Lsn lsn, Inclusion inclusion) implements RecoveryTarget {
    @Override
    public String toString() {
      return "position " + lsn;
    }
  }

  /// The end of this transaction, be it commit or abort.
  ///
  /// @param xid of a top-level transaction; its upper 32 bits, the epoch, are ignored as PostgreSQL
  ///   does
  record AtXid(long xid, Inclusion inclusion) implements RecoveryTarget {
    public AtXid {
      xid &= 0xffffffffL;
    }

    @Override
    public String toString() {
      return "transaction " + xid;
    }
  }

  /// The first restore point of this name.
  record AtName(String name) implements RecoveryTarget {
    @Override
    public String toString() {
      return "restore point '" + name + "'";
    }
  }
}
