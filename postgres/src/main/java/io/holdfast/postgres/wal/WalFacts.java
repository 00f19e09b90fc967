package io.holdfast.postgres.wal;

import io.holdfast.postgres.Lsn;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/// Finds facts in records.
public final class WalFacts {
  private static final int RESTORE_POINT_NAME_BYTES = 64;
  private static final int CHECKPOINT_BYTES = 72;
  private static final int TABLESPACE_CREATION = 0x00;

  private WalFacts() {}

  /// The fact that a record states; empty for most records, and where a record is too short for
  /// what it should say.
  public static Optional<WalFact> in(WalRecord record, WalVersion version) {
    return switch (record.resourceManager()) {
      case WalRecord.XLOG -> xlog(record);
      case WalRecord.TABLESPACE -> tablespace(record);
      case WalRecord.XACT -> TransactionEnds.in(record, version).map(end -> end);
      default -> Optional.empty();
    };
  }

  private static Optional<WalFact> xlog(WalRecord record) {
    ByteBuffer data = record.mainData();
    return switch (record.info() & 0xf0) {
      case 0x00 -> checkpoint(record, data, WalFact.Kind.SHUTDOWN);
      case 0x10 -> checkpoint(record, data, WalFact.Kind.ONLINE);
      case 0x50 -> backupEnd(record, data);
      case 0x60 -> parameterChange(record, data);
      case 0x70 -> restorePoint(record, data);
      case 0x90 -> endOfRecovery(record, data);
      case 0xd0 -> unfinished(record, data);
      default -> Optional.empty();
    };
  }

  /// `xl_tblspc_create_rec`: the oid, then the path with a zero at its end.
  private static Optional<WalFact> tablespace(WalRecord record) {
    ByteBuffer data = record.mainData();
    int pathBytes = data.remaining() - Integer.BYTES;
    if ((record.info() & 0xf0) != TABLESPACE_CREATION
        || pathBytes < 1
        || pathBytes > WalSummary.MAX_PATH_BYTES) {
      return Optional.empty();
    }
    byte[] path = new byte[pathBytes];
    data.get(Integer.BYTES, path);
    return Optional.of(
        new WalFact.TablespaceCreation(
            record.start(), data.getInt(0) & 0xffffffffL, untilZero(path)));
  }

  private static String untilZero(byte[] text) {
    int length = 0;
    while (length < text.length && text[length] != 0) {
      length++;
    }
    return new String(text, 0, length, StandardCharsets.UTF_8);
  }

  private static Optional<WalFact> checkpoint(
      WalRecord record, ByteBuffer data, WalFact.Kind kind) {
    if (data.remaining() < CHECKPOINT_BYTES) {
      return Optional.empty();
    }
    // pg_time_t is any 64-bit number of seconds; Instant cannot hold all of them.
    long seconds = Math.clamp(data.getLong(64), -1L << 40, 1L << 40);
    return Optional.of(
        new WalFact.Checkpoint(
            record.start(),
            kind,
            new Lsn(data.getLong(0)),
            data.getInt(8),
            data.getInt(12),
            Instant.ofEpochSecond(seconds)));
  }

  private static Optional<WalFact> backupEnd(WalRecord record, ByteBuffer data) {
    if (data.remaining() < Long.BYTES) {
      return Optional.empty();
    }
    Lsn backupStart = new Lsn(data.getLong(0));
    return Optional.of(new WalFact.BackupEnd(record.start(), record.end(), backupStart));
  }

  private static Optional<WalFact> parameterChange(WalRecord record, ByteBuffer data) {
    if (data.remaining() < 26) {
      return Optional.empty();
    }
    WalFact.Hints hints = data.get(24) != 0 ? WalFact.Hints.LOGGED : WalFact.Hints.NOT_LOGGED;
    return WalFact.WalLevel.ofNumber(data.getInt(20))
        .map(
            level ->
                new WalFact.ParameterChange(
                    record.start(),
                    data.getInt(0),
                    data.getInt(4),
                    data.getInt(8),
                    data.getInt(12),
                    data.getInt(16),
                    level,
                    hints));
  }

  private static Optional<WalFact> restorePoint(WalRecord record, ByteBuffer data) {
    if (data.remaining() < Long.BYTES + 1) {
      return Optional.empty();
    }
    byte[] name = new byte[Math.min(RESTORE_POINT_NAME_BYTES, data.remaining() - Long.BYTES)];
    data.get(Long.BYTES, name);
    return Optional.of(
        new WalFact.RestorePoint(
            record.start(), record.end(), untilZero(name), WalTime.instant(data.getLong(0))));
  }

  private static Optional<WalFact> endOfRecovery(WalRecord record, ByteBuffer data) {
    return data.remaining() < 16
        ? Optional.empty()
        : Optional.of(
            new WalFact.EndOfRecovery(
                record.start(), data.getInt(8), data.getInt(12), WalTime.instant(data.getLong(0))));
  }

  private static Optional<WalFact> unfinished(WalRecord record, ByteBuffer data) {
    return data.remaining() < 16
        ? Optional.empty()
        : Optional.of(
            new WalFact.UnfinishedRecord(
                record.start(), new Lsn(data.getLong(0)), WalTime.instant(data.getLong(8))));
  }
}
