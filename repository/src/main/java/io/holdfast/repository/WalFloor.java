package io.holdfast.repository;

import java.util.Comparator;

/// WAL of a timeline below this position may be deleted.
///
/// @param lineage 32 lower-case hexadecimal digits, as in names of objects
/// @param position unsigned
public record WalFloor(String lineage, int timeline, long position)
    implements Comparable<WalFloor> {
  private static final Comparator<WalFloor> ORDER =
      Comparator.comparing(WalFloor::lineage)
          .thenComparing(WalFloor::timeline, Integer::compareUnsigned)
          .thenComparing(WalFloor::position, Long::compareUnsigned);

  public WalFloor {
    Hex16.require(lineage, "a WAL lineage");
  }

  /// Whether it speaks of the same timeline.
  public boolean isOf(String otherLineage, int otherTimeline) {
    return lineage.equals(otherLineage) && timeline == otherTimeline;
  }

  @Override
  public int compareTo(WalFloor other) {
    return ORDER.compare(this, other);
  }
}
