package io.holdfast.postgres.wal;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalEnd.Reason;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The header of a WAL page.
///
/// @param remainingBytes of the record that the page goes on with
record PageHeader(int flags, int timeline, int remainingBytes) {
  static final int SHORT_BYTES = 24;
  static final int LONG_BYTES = 40;

  private static final int CONTINUES_RECORD = 1;
  private static final int LONG = 2;
  private static final int OVERWRITES_RECORD = 8;
  private static final int ALL_FLAGS = 15;

  /// How long the header of the page at this position is.
  static int bytesAt(long pageStart, WalSegmentSize size) {
    return (pageStart & (size.bytes() - 1)) == 0 ? LONG_BYTES : SHORT_BYTES;
  }

  static PageHeader read(ByteBuffer bytes) {
    return new PageHeader(bytes.getShort(2) & 0xffff, bytes.getInt(4), bytes.getInt(16));
  }

  /// What is wrong with the header's bytes, or null.
  ///
  /// @param lowestTimeline the timeline of the page before
  static @Nullable Reason fault(ByteBuffer bytes, Lsn at, WalFormat format, int lowestTimeline) {
    PageHeader header = read(bytes);
    if ((bytes.getShort(0) & 0xffff) != format.version().pageMagic()) {
      return Reason.PAGE_MAGIC;
    }
    boolean first = bytes.limit() == LONG_BYTES;
    if ((header.flags & ~ALL_FLAGS) != 0 || ((header.flags & LONG) != 0) != first) {
      return Reason.PAGE_FLAGS;
    }
    if (first) {
      if (format.systemId().isPresent() && format.systemId().getAsLong() != bytes.getLong(24)) {
        return Reason.SYSTEM_ID;
      }
      if (bytes.getInt(32) != format.segmentSize().bytes()
          || bytes.getInt(36) != WalFormat.PAGE_BYTES) {
        return Reason.SEGMENT_SIZE;
      }
    }
    if (bytes.getLong(8) != at.value()) {
      return Reason.PAGE_ADDRESS;
    }
    if (header.timeline < Math.max(1, lowestTimeline) || header.timeline > format.timeline()) {
      return Reason.PAGE_TIMELINE;
    }
    return header.continuesRecord() != (header.remainingBytes > 0) ? Reason.CONTINUATION : null;
  }

  boolean continuesRecord() {
    return (flags & CONTINUES_RECORD) != 0;
  }

  /// The record that was begun before this page was never finished; a crash came between.
  boolean overwritesRecord() {
    return (flags & OVERWRITES_RECORD) != 0;
  }
}
