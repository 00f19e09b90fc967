package io.holdfast.repository.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/// Puts a window of one timeline together from ranges, however they overlap. Each range is chosen
/// for reaching farthest, so one overlaps with the one before it and with no earlier one: two are
/// in memory at most, whatever the window.
final class WalJoin {
  private static final byte[] NOTHING = new byte[0];

  /// Reads a range.
  @FunctionalInterface
  interface Reading {
    byte[] read(WalRange range) throws IOException;
  }

  private final Reading reading;
  private final int timeline;
  private final List<WalRange> ranges;
  private final long start;
  private final long end;

  /// @param ranges of any timelines
  WalJoin(Reading reading, int timeline, Collection<WalRange> ranges, long start, long end) {
    if (Long.compareUnsigned(start, end) > 0) {
      throw new IllegalArgumentException(
          "WAL that ends %d bytes before it starts".formatted(start - end));
    }
    this.reading = reading;
    this.timeline = timeline;
    this.ranges = ranges.stream().filter(range -> range.timeline() == timeline).toList();
    this.start = start;
    this.end = end;
  }

  /// @throws WalMissingException at the first position that no range covers; then nothing was
  ///   handed over
  void into(WalConsumer consumer) throws IOException {
    requireCovered();
    List<WalRange> inside = ranges.stream().filter(this::isInside).toList();
    byte[] earlier = NOTHING;
    long earlierStart = start;
    for (long at = start; at != end; ) {
      WalRange range = WalCoverage.farthest(inside, at).orElseThrow();
      if (range.start() == at) {
        earlier = NOTHING;
      }
      byte[] wal = reading.read(range);
      int begun = (int) (at - range.start());
      if (earlier.length > 0) {
        int shared = (int) (range.start() - earlierStart);
        requireSame(range, earlier, shared, wal, begun);
      }
      int step = (int) Math.min(wal.length - begun, end - at);
      consumer.accept(wal, begun, step);
      earlier = wal;
      earlierStart = range.start();
      at += step;
    }
  }

  private boolean isInside(WalRange range) {
    return Long.compareUnsigned(range.start(), end) < 0
        && Long.compareUnsigned(start, range.end()) < 0;
  }

  private void requireCovered() {
    long covered = WalCoverage.contiguousEnd(ranges, start);
    if (Long.compareUnsigned(covered, end) < 0) {
      boolean later = ranges.stream().anyMatch(r -> Long.compareUnsigned(r.start(), covered) > 0);
      throw new WalMissingException(
          later ? ErrorCode.WAL_GAP : ErrorCode.WAL_NOT_YET_THERE, timeline, covered);
    }
  }

  /// What a range shares with the one before it must be the same.
  private static void requireSame(
      WalRange range, byte[] earlier, int offset, byte[] wal, int length) {
    if (!Arrays.equals(earlier, offset, offset + length, wal, 0, length)) {
      throw new BackupException(
          ErrorCode.WAL_CONFLICT,
          "WAL " + range + " overlaps other stored WAL with different bytes",
          "Two servers may have written the same timeline; run 'holdfast wal status'.");
    }
  }
}
