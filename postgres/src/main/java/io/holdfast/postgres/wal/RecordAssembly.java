package io.holdfast.postgres.wal;

import io.holdfast.postgres.wal.WalEnd.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The record that is being read. Its bytes are checked as they come and kept up to a limit, so
/// that a length that lies costs nothing.
final class RecordAssembly {
  private static final int HEADER_BYTES = RecordLayout.HEADER_BYTES;

  /// PostgreSQL makes no longer records.
  private static final int MAX_RECORD_BYTES = 1 << 30;

  private static final int START_BYTES = 64 << 10;
  private static final int KEPT_BYTES = 1 << 20;

  /// Ends of transactions are kept whole up to here; they grow with the number of dropped
  /// relations.
  private static final int KEPT_TRANSACTION_BYTES = 64 << 20;

  private final WalVersion version;
  private final CRC32C checksum = new CRC32C();
  private byte[] kept = new byte[START_BYTES];
  private ByteBuffer view = ByteBuffer.wrap(kept).order(ByteOrder.LITTLE_ENDIAN);
  private int keepLimit = HEADER_BYTES;
  private int got;
  private int totalBytes;

  RecordAssembly(WalVersion version) {
    this.version = version;
  }

  void begin() {
    if (kept.length > KEPT_BYTES) {
      kept = new byte[START_BYTES];
      view = ByteBuffer.wrap(kept).order(ByteOrder.LITTLE_ENDIAN);
    }
    checksum.reset();
    keepLimit = HEADER_BYTES;
    got = 0;
    totalBytes = 0;
  }

  /// How many bytes are wanted before the next check: the length, the header, the rest.
  int wanted() {
    if (got < Integer.BYTES) {
      return Integer.BYTES - got;
    }
    return (got < HEADER_BYTES ? HEADER_BYTES : totalBytes) - got;
  }

  int remainingBytes() {
    return totalBytes - got;
  }

  boolean complete() {
    return got >= HEADER_BYTES && got == totalBytes;
  }

  /// Takes exactly this many bytes, never more than [#wanted]. Returns what is wrong, or null.
  @Nullable Reason take(ByteBuffer bytes, int count) {
    int limit = bytes.limit();
    bytes.limit(bytes.position() + count);
    int keep = Math.max(0, Math.min(count, keepLimit - got));
    if (got >= HEADER_BYTES) {
      int position = bytes.position();
      checksum.update(bytes);
      bytes.position(position);
    }
    if (keep > 0) {
      reserve(got + keep);
      bytes.get(kept, got, keep);
    }
    bytes.position(bytes.limit());
    bytes.limit(limit);
    got += count;
    return check();
  }

  private @Nullable Reason check() {
    if (got == Integer.BYTES) {
      totalBytes = view.getInt(0);
      if (totalBytes == 0) {
        return Reason.ZERO_LENGTH;
      }
      return totalBytes < HEADER_BYTES || totalBytes > MAX_RECORD_BYTES
          ? Reason.RECORD_LENGTH
          : null;
    }
    if (got == HEADER_BYTES) {
      int manager = view.get(17) & 0xff;
      if (!version.knowsManager(manager)) {
        return Reason.RESOURCE_MANAGER;
      }
      keepLimit = manager == WalRecord.XACT ? KEPT_TRANSACTION_BYTES : KEPT_BYTES;
    }
    return complete() && !checksumMatches() ? Reason.CHECKSUM : null;
  }

  private boolean checksumMatches() {
    checksum.update(kept, 0, 20);
    return (int) checksum.getValue() == view.getInt(20);
  }

  /// The header of the record; valid once 24 bytes were taken.
  ByteBuffer header() {
    return view;
  }

  boolean headerJustComplete() {
    return got == HEADER_BYTES;
  }

  long previous() {
    return view.getLong(8);
  }

  boolean isSegmentSwitch() {
    return (view.get(17) & 0xff) == WalRecord.XLOG && (view.get(16) & 0xf0) == 0x40;
  }

  /// How the parts of the complete record lie; empty if they do not fit together.
  Optional<RecordLayout> layout() {
    return RecordLayout.of(version, whole(), totalBytes);
  }

  /// What was kept of the main data.
  ByteBuffer mainData(RecordLayout layout) {
    ByteBuffer record = whole();
    int from = Math.min(layout.mainDataOffset(), record.limit());
    return record.slice(from, record.limit() - from).asReadOnlyBuffer();
  }

  /// The complete record, as far as it was kept.
  ByteBuffer whole() {
    return view.slice(0, Math.min(totalBytes, keepLimit)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void reserve(int bytes) {
    if (bytes > kept.length) {
      int roomy = Math.min(Math.max(bytes, kept.length * 2), Math.max(bytes, keepLimit));
      kept = Arrays.copyOf(kept, roomy);
      view = ByteBuffer.wrap(kept).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
