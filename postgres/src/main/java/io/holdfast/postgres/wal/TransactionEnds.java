package io.holdfast.postgres.wal;

import io.holdfast.postgres.wal.WalFact.Outcome;
import io.holdfast.postgres.wal.WalFact.TransactionEnd;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Reads commit and abort records.
final class TransactionEnds {
  private static final int HAS_MORE = 0x80;

  private static final int DATABASE = 1;
  private static final int SUBTRANSACTIONS = 1 << 1;
  private static final int RELATIONS = 1 << 2;
  private static final int INVALIDATIONS = 1 << 3;
  private static final int TWO_PHASE = 1 << 4;
  private static final int DROPPED_STATISTICS = 1 << 8;

  private static final int INVALIDATION_BYTES = 16;
  private static final int RELATION_BYTES = 12;

  private TransactionEnds() {}

  static Optional<TransactionEnd> in(WalRecord record, WalVersion version) {
    return switch (record.info() & 0x70) {
      case 0x00 -> end(record, Outcome.COMMIT, record.xid());
      case 0x20 -> end(record, Outcome.ABORT, record.xid());
      case 0x30 -> end(record, Outcome.COMMIT_PREPARED, prepared(record, version));
      case 0x40 -> end(record, Outcome.ABORT_PREPARED, prepared(record, version));
      default -> Optional.empty();
    };
  }

  private static Optional<TransactionEnd> end(WalRecord record, Outcome outcome, long xid) {
    ByteBuffer data = record.mainData();
    return data.remaining() < Long.BYTES
        ? Optional.empty()
        : Optional.of(
            new TransactionEnd(
                record.start(), record.end(), xid, outcome, WalTime.instant(data.getLong())));
  }

  /// The prepared transaction's number stands behind lists of any length; 0 if it is not there.
  private static long prepared(WalRecord record, WalVersion version) {
    ByteBuffer data = record.mainData();
    if ((record.info() & HAS_MORE) == 0 || data.remaining() < Long.BYTES + Integer.BYTES) {
      return 0;
    }
    data.position(Long.BYTES);
    int parts = data.getInt();
    boolean commit = (record.info() & 0x70) == 0x30;
    boolean there =
        ((parts & DATABASE) == 0 || skip(data, 8))
            && ((parts & SUBTRANSACTIONS) == 0 || skipList(data, Integer.BYTES))
            && ((parts & RELATIONS) == 0 || skipList(data, RELATION_BYTES))
            && ((parts & DROPPED_STATISTICS) == 0
                || skipList(data, version.droppedStatisticBytes()))
            && (!commit || (parts & INVALIDATIONS) == 0 || skipList(data, INVALIDATION_BYTES))
            && (parts & TWO_PHASE) != 0
            && data.remaining() >= Integer.BYTES;
    return there ? data.getInt() & 0xffffffffL : 0;
  }

  private static boolean skipList(ByteBuffer data, int entryBytes) {
    if (data.remaining() < Integer.BYTES) {
      return false;
    }
    return skip(data, (data.getInt() & 0xffffffffL) * entryBytes);
  }

  private static boolean skip(ByteBuffer data, long bytes) {
    if (bytes > data.remaining()) {
      return false;
    }
    data.position(data.position() + (int) bytes);
    return true;
  }
}
