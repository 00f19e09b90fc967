package io.holdfast.postgres.wal;

import java.util.OptionalLong;

/// What a reader must know about the WAL it reads.
///
/// @param timeline the timeline of the files or the stream; pages may carry those of ancestors
/// @param systemId the cluster's identifier, checked where a page carries it
public record WalFormat(
    WalVersion version, WalSegmentSize segmentSize, int timeline, OptionalLong systemId) {
  /// Bytes of a WAL page in every server that is built as usual.
  public static final int PAGE_BYTES = 8192;

  public WalFormat(WalVersion version, WalSegmentSize segmentSize, int timeline) {
    this(version, segmentSize, timeline, OptionalLong.empty());
  }
}
