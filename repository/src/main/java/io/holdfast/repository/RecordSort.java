package io.holdfast.repository;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Sorts records of one size, outside the heap, by the chunk id that each begins with. *Confined.*
final class RecordSort {
  private static final int SORT_DIRECTLY = 2;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final MemorySegment records;
  private final int recordBytes;
  private final byte[] swap;
  private final MemorySegment pivot;

  RecordSort(MemorySegment records, int recordBytes) {
    this.records = records;
    this.recordBytes = recordBytes;
    this.swap = new byte[recordBytes];
    this.pivot = MemorySegment.ofArray(new byte[recordBytes]);
  }

  void sort(long count) {
    sort(0, count - 1);
  }

  /// The order of two ids.
  static int compare(MemorySegment left, long leftAt, MemorySegment right, long rightAt) {
    for (int i = 0; i < ChunkId.BYTES; i += 8) {
      int order = Long.compareUnsigned(left.get(LONG, leftAt + i), right.get(LONG, rightAt + i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /// Quicksort in place. Ids are keyed hashes, so their order is random and the depth is small; the
  /// larger half is done by the loop, so the stack is at most 31 deep.
  private void sort(long from, long to) {
    long low = from;
    long high = to;
    while (high - low >= SORT_DIRECTLY - 1) {
      long i = low - 1;
      long j = high + 1;
      long middle = (low + high) >>> 1;
      MemorySegment.copy(records, middle * recordBytes, pivot, 0, recordBytes);
      while (true) {
        do {
          i++;
        } while (compare(records, i * recordBytes, pivot, 0) < 0);
        do {
          j--;
        } while (compare(records, j * recordBytes, pivot, 0) > 0);
        if (i >= j) {
          break;
        }
        exchange(i, j);
      }
      if (j - low < high - j - 1) {
        sort(low, j);
        low = j + 1;
      } else {
        sort(j + 1, high);
        high = j;
      }
    }
  }

  private void exchange(long i, long j) {
    MemorySegment spare = MemorySegment.ofArray(swap);
    MemorySegment.copy(records, i * recordBytes, spare, 0, recordBytes);
    MemorySegment.copy(records, j * recordBytes, records, i * recordBytes, recordBytes);
    MemorySegment.copy(spare, 0, records, j * recordBytes, recordBytes);
  }
}
