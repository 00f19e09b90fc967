package io.holdfast.postgres.wal;

import io.holdfast.postgres.Lsn;

/// Where and why WAL could not be read further. For WAL that is still being written, and for the
/// end of an archive, that is the ordinary case.
///
/// @param at the record or page that could not be read
public record WalEnd(Lsn at, Reason reason) {
  /// Why. The numbers are stored in summaries and never change.
  public enum Reason {
    /// Zeros where a record should start: nothing was written yet.
    ZERO_LENGTH(1),
    /// A page of another version, or no WAL at all; zeros included.
    PAGE_MAGIC(2),
    PAGE_FLAGS(3),
    /// A page that was written for another position, as in a recycled segment.
    PAGE_ADDRESS(4),
    PAGE_TIMELINE(5),
    /// A page of another cluster.
    SYSTEM_ID(6),
    SEGMENT_SIZE(7),
    /// The page does not go on with the record that the page before began, or goes on with one that
    /// never began.
    CONTINUATION(8),
    RECORD_LENGTH(9),
    RESOURCE_MANAGER(10),
    /// A record that does not name its predecessor.
    PREVIOUS(11),
    CHECKSUM(12),
    /// The checksum is right but the parts of the record do not fit together.
    LAYOUT(13);

    private final int number;

    Reason(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }
}
