package io.holdfast.engine.backup;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.page.PageFinding;
import io.holdfast.postgres.page.PageFinding.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.stream.LongStream;

/// Findings about pages in the order in which they came, 33 bytes each. *Confined*: guarded by its
/// inspector.
final class SuspectPages {
  private static final int FIRST = 16;

  private final int max;
  private int count;
  private String[] paths = new String[0];
  private long[] blocks = new long[0];
  private long[] lsns = new long[0];
  private int[] stored = new int[0];
  private int[] expected = new int[0];
  private Reason[] reasons = new Reason[0];

  /// @param max how many are remembered
  SuspectPages(int max) {
    this.max = max;
  }

  int count() {
    return count;
  }

  /// Returns false if there is no room any more.
  boolean add(String path, PageFinding finding) {
    if (count == max) {
      return false;
    }
    if (count == blocks.length) {
      grow(Math.min(max, Math.max(FIRST, 2 * count)));
    }
    paths[count] = path;
    blocks[count] = finding.block();
    lsns[count] = finding.lsn().value();
    stored[count] = finding.stored();
    expected[count] = finding.expected();
    reasons[count] = finding.reason();
    count++;
    return true;
  }

  /// The first ones, a line each.
  List<String> describe(int most) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < Math.min(most, count); i++) {
      PageFinding finding =
          new PageFinding(blocks[i], reasons[i], new Lsn(lsns[i]), stored[i], expected[i]);
      lines.add(paths[i] + " " + finding.describe());
    }
    return lines;
  }

  /// The blocks of each file.
  Map<String, long[]> blocksByPath() {
    Map<String, LongStream.Builder> collected = new HashMap<>();
    for (int i = 0; i < count; i++) {
      collected.computeIfAbsent(paths[i], _ -> LongStream.builder()).add(blocks[i]);
    }
    Map<String, long[]> all = new HashMap<>();
    collected.forEach((path, builder) -> all.put(path, builder.build().toArray()));
    return all;
  }

  /// Removes findings by path and block, and says how many.
  int removeIf(BiPredicate<String, Long> excused) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (!excused.test(paths[i], blocks[i])) {
        paths[kept] = paths[i];
        blocks[kept] = blocks[i];
        lsns[kept] = lsns[i];
        stored[kept] = stored[i];
        expected[kept] = expected[i];
        reasons[kept] = reasons[i];
        kept++;
      }
    }
    int removed = count - kept;
    count = kept;
    return removed;
  }

  private void grow(int capacity) {
    paths = Arrays.copyOf(paths, capacity);
    blocks = Arrays.copyOf(blocks, capacity);
    lsns = Arrays.copyOf(lsns, capacity);
    stored = Arrays.copyOf(stored, capacity);
    expected = Arrays.copyOf(expected, capacity);
    reasons = Arrays.copyOf(reasons, capacity);
  }
}
