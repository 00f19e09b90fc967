package io.holdfast.repository.wal;

import java.util.Comparator;
import java.util.Locale;

/// The bytes of a timeline from `start` up to, not including, `end`; positions are unsigned.
public record WalRange(int timeline, long start, long end) implements Comparable<WalRange> {
  /// The longest range of one object: 16 MiB. Longer WAL is put in several ranges, so nobody needs
  /// more than this in memory.
  public static final int BYTES_MAX = 16 << 20;

  private static final Comparator<WalRange> ORDER =
      Comparator.<WalRange>comparingInt(range -> range.timeline ^ Integer.MIN_VALUE)
          .thenComparingLong(range -> range.start ^ Long.MIN_VALUE)
          .thenComparingLong(range -> range.end ^ Long.MIN_VALUE);

  public WalRange {
    if (timeline == 0) {
      throw new IllegalArgumentException("there is no timeline 0");
    }
    if (Long.compareUnsigned(start, end) >= 0 || Long.compareUnsigned(end - start, BYTES_MAX) > 0) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "no range of WAL from %016x to %016x", start, end));
    }
  }

  /// How many bytes it holds.
  public int length() {
    return (int) (end - start);
  }

  /// Whether all of another range of the same timeline lies in it.
  public boolean holds(WalRange other) {
    return timeline == other.timeline
        && Long.compareUnsigned(start, other.start) <= 0
        && Long.compareUnsigned(other.end, end) <= 0;
  }

  boolean covers(long position) {
    return Long.compareUnsigned(start, position) <= 0 && Long.compareUnsigned(position, end) < 0;
  }

  @Override
  public int compareTo(WalRange other) {
    return ORDER.compare(this, other);
  }

  /// As in the object's name: timeline, start, end.
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%08x/%016x-%016x", timeline, start, end);
  }
}
