package io.holdfast.files.content;

import io.holdfast.files.FileFacts.Region;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.Handle;
import io.holdfast.files.posix.PosixException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Finds the data of sparse files.
public final class Holes {
  /// Regions that are kept of one file. Of a file with more, the smallest holes are read as the
  /// zeros that they are.
  public static final int REGIONS_MAX = 2_048;

  /// Regions that are held in memory while looking.
  private static final int REGIONS_LOOKED_AT = 4 * REGIONS_MAX;

  private static final int BLOCK_BYTES = 512;

  private Holes() {}

  /// The stretches of data; empty where the file has no hole.
  public static Optional<List<Region>> regions(Handle file, FileStatus status)
      throws PosixException {
    long size = status.size();
    if (size == 0 || status.blocks() >= (size + BLOCK_BYTES - 1) / BLOCK_BYTES) {
      return Optional.empty();
    }
    List<Region> regions = new ArrayList<>();
    long at = 0;
    try {
      while (at < size) {
        long data = file.nextData(at);
        if (data < 0 || data >= size) {
          break;
        }
        long hole = Math.min(size, file.nextHole(data));
        if (hole <= data) {
          break;
        }
        regions.add(new Region(data, hole - data));
        if (regions.size() > REGIONS_LOOKED_AT) {
          closeSmallest(regions);
        }
        at = hole;
      }
    } catch (PosixException e) {
      if (e.errno() == PosixException.EINVAL || e.errno() == PosixException.EOPNOTSUPP) {
        return Optional.empty();
      }
      throw e;
    }
    closeSmallest(regions);
    boolean whole =
        regions.size() == 1
            && regions.getFirst().offset() == 0
            && regions.getFirst().length() == size;
    return whole ? Optional.empty() : Optional.of(List.copyOf(regions));
  }

  /// Joins regions over the smallest holes until few enough are left.
  private static void closeSmallest(List<Region> regions) {
    if (regions.size() <= REGIONS_MAX) {
      return;
    }
    List<Long> holes = new ArrayList<>(regions.size());
    for (int i = 1; i < regions.size(); i++) {
      holes.add(hole(regions.get(i - 1), regions.get(i)));
    }
    holes.sort(Comparator.reverseOrder());
    long smallestKept = holes.get(REGIONS_MAX - 2);
    List<Region> joined = new ArrayList<>(REGIONS_MAX);
    Region open = regions.getFirst();
    for (Region next : regions.subList(1, regions.size())) {
      if (hole(open, next) > smallestKept
          || (hole(open, next) == smallestKept && joined.size() < REGIONS_MAX / 2)) {
        joined.add(open);
        open = next;
      } else {
        open = new Region(open.offset(), next.offset() + next.length() - open.offset());
      }
    }
    joined.add(open);
    regions.clear();
    regions.addAll(joined);
  }

  private static long hole(Region before, Region next) {
    return next.offset() - before.offset() - before.length();
  }
}
