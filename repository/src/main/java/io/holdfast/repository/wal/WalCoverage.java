package io.holdfast.repository.wal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// What ranges of one timeline cover, whichever way they overlap.
public final class WalCoverage {
  /// Positions from `start` up to, not including, `end` that no range covers.
  public record Gap(long start, long end) {}

  private WalCoverage() {}

  /// The parts of `from` to `to` that no range covers, in order.
  public static List<Gap> gaps(Collection<WalRange> ranges, long from, long to) {
    List<Gap> gaps = new ArrayList<>();
    long covered = from;
    for (WalRange range : sorted(ranges)) {
      if (Long.compareUnsigned(covered, to) >= 0) {
        break;
      }
      if (Long.compareUnsigned(range.start(), covered) > 0) {
        gaps.add(new Gap(covered, min(range.start(), to)));
      }
      covered = max(covered, range.end());
    }
    if (Long.compareUnsigned(covered, to) < 0) {
      gaps.add(new Gap(covered, to));
    }
    return gaps;
  }

  /// The first position from `from` on that no range covers; `from` itself if none covers it.
  public static long contiguousEnd(Collection<WalRange> ranges, long from) {
    long covered = from;
    for (WalRange range : sorted(ranges)) {
      if (Long.compareUnsigned(range.start(), covered) > 0) {
        break;
      }
      covered = max(covered, range.end());
    }
    return covered;
  }

  /// The range that covers `position` and reaches farthest.
  static Optional<WalRange> farthest(Collection<WalRange> ranges, long position) {
    return ranges.stream()
        .filter(range -> range.covers(position))
        .max(
            (a, b) -> {
              int order = Long.compareUnsigned(a.end(), b.end());
              return order != 0 ? order : Long.compareUnsigned(a.start(), b.start());
            });
  }

  private static List<WalRange> sorted(Collection<WalRange> ranges) {
    return ranges.stream().sorted().toList();
  }

  private static long max(long a, long b) {
    return Long.compareUnsigned(a, b) >= 0 ? a : b;
  }

  private static long min(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0 ? a : b;
  }
}
