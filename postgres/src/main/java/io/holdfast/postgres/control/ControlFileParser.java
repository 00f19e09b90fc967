package io.holdfast.postgres.control;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.control.ControlFile.BackupPoints;
import io.holdfast.postgres.control.ControlFile.Checkpoint;
import io.holdfast.postgres.control.ControlFile.CommitTimestamps;
import io.holdfast.postgres.control.ControlFile.EndRecord;
import io.holdfast.postgres.control.ControlFile.FullPageWrites;
import io.holdfast.postgres.control.ControlFile.HintBitLogging;
import io.holdfast.postgres.page.Checksums;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Locale;
import java.util.zip.CRC32C;

/// The layouts 1300, 1700 and 1800. They agree in every field we read; 1800 has one more byte
/// before the nonce, which moves the CRC.
final class ControlFileParser {
  private static final int CHECKPOINT_COPY = 40;

  private final ByteBuffer bytes;

  private ControlFileParser(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  static ControlFile parse(byte[] file) {
    if (file.length != ControlFile.FILE_BYTES) {
      throw unreadable(
          "the control file has "
              + (file.length > ControlFile.FILE_BYTES ? "more than " : "")
              + Math.min(file.length, ControlFile.FILE_BYTES)
              + " bytes, "
              + ControlFile.FILE_BYTES
              + " expected");
    }
    ControlFileParser parser =
        new ControlFileParser(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
    parser.checkCrc(file, parser.crcOffset());
    return parser.controlFile();
  }

  private int crcOffset() {
    int version = bytes.getInt(8);
    return switch (version) {
      case 1300, 1700 -> 288;
      case 1800 -> 292;
      default -> throw unknownLayout(version);
    };
  }

  private void checkCrc(byte[] file, int crcOffset) {
    CRC32C crc = new CRC32C();
    crc.update(file, 0, crcOffset);
    int stored = bytes.getInt(crcOffset);
    if ((int) crc.getValue() != stored) {
      throw unreadable(
          String.format(
              Locale.ROOT,
              "the control file has CRC %08x, %08x expected",
              stored,
              (int) crc.getValue()));
    }
  }

  private ControlFile controlFile() {
    return new ControlFile(
        bytes.getLong(0),
        bytes.getInt(8),
        bytes.getInt(12),
        constant(ClusterState.values(), 16, "cluster state"),
        Instant.ofEpochSecond(bytes.getLong(24)),
        checkpoint(),
        new BackupPoints(
            lsn(136),
            bytes.getInt(144),
            lsn(152),
            lsn(160),
            flag(168) ? EndRecord.REQUIRED : EndRecord.NOT_REQUIRED),
        constant(WalLevel.values(), 172, "wal_level"),
        flag(176) ? HintBitLogging.ON : HintBitLogging.OFF,
        flag(200) ? CommitTimestamps.ON : CommitTimestamps.OFF,
        new SharedSizes(
            bytes.getInt(180),
            bytes.getInt(184),
            bytes.getInt(188),
            bytes.getInt(192),
            bytes.getInt(196)),
        size(216, 1 << 10, 1 << 15, "page size"),
        positive(220, "blocks per segment"),
        size(224, 1 << 10, 1 << 16, "WAL page size"),
        size(228, 1 << 20, 1 << 30, "WAL segment size"),
        bytes.getInt(252) == 0 ? Checksums.OFF : Checksums.ON);
  }

  private Checkpoint checkpoint() {
    return new Checkpoint(
        lsn(32),
        lsn(CHECKPOINT_COPY),
        bytes.getInt(CHECKPOINT_COPY + 8),
        bytes.getInt(CHECKPOINT_COPY + 12),
        flag(CHECKPOINT_COPY + 16) ? FullPageWrites.ON : FullPageWrites.OFF,
        Instant.ofEpochSecond(bytes.getLong(CHECKPOINT_COPY + 64)));
  }

  private Lsn lsn(int offset) {
    return new Lsn(bytes.getLong(offset));
  }

  private boolean flag(int offset) {
    return bytes.get(offset) != 0;
  }

  private int size(int offset, int least, int most, String name) {
    int value = bytes.getInt(offset);
    if (value < least || value > most || Integer.bitCount(value) != 1) {
      throw unreadable("the control file says " + name + " " + Integer.toUnsignedString(value));
    }
    return value;
  }

  private int positive(int offset, String name) {
    int value = bytes.getInt(offset);
    if (value <= 0) {
      throw unreadable("the control file says " + name + " " + Integer.toUnsignedString(value));
    }
    return value;
  }

  private <T> T constant(T[] values, int offset, String name) {
    int number = bytes.getInt(offset);
    if (number < 0 || number >= values.length) {
      throw unreadable("the control file says " + name + " " + Integer.toUnsignedString(number));
    }
    return values[number];
  }

  private static BackupException unreadable(String message) {
    return new BackupException(
        ErrorCode.CONTROL_FILE_UNREADABLE,
        message,
        "Read it again if a server runs on it; else restore it from a backup.");
  }

  private static BackupException unknownLayout(int version) {
    int swapped = Integer.reverseBytes(version);
    if (swapped > 0 && swapped < 10_000) {
      return new BackupException(
          ErrorCode.SERVER_VERSION_UNSUPPORTED,
          "the cluster was made on a big-endian machine (control file version " + swapped + ")",
          "Holdfast backs up clusters of little-endian machines only.");
    }
    if (version < 0 || version > 10_000) {
      return unreadable("the control file says version " + Integer.toUnsignedString(version));
    }
    return new BackupException(
        ErrorCode.SERVER_VERSION_UNSUPPORTED,
        "control file version " + version + " is not known",
        "Holdfast supports PostgreSQL 13 to 18.");
  }
}
