package io.holdfast.repository.tree;

import io.holdfast.repository.tree.TreeRecord.Extent;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The extents that were put of one file, encoded one behind the other as they came: about 45 bytes
/// for a new extent and 4 for one that equals the parent's. *Confined*: guarded by its file.
final class PackedExtents {
  private static final int NOT_PUT = 0;
  private static final int AS_IN_PARENT = -1;

  /// For each extent one of the values above, or where its record begins, counted from 1.
  private int[] places = new int[1];

  private byte[] records = new byte[0];
  private int recordBytes;
  private int end;

  /// One more than the highest index that was put.
  int end() {
    return end;
  }

  boolean isPut(int index) {
    return index < end && places[index] != NOT_PUT;
  }

  /// Records an extent; no record means that the parent's holds.
  void put(int index, @Nullable Extent record, RefTable refs) {
    if (index >= places.length) {
      places = Arrays.copyOf(places, Math.max(index + 1, places.length + places.length / 2));
    }
    end = Math.max(end, index + 1);
    if (record == null) {
      places[index] = AS_IN_PARENT;
      return;
    }
    ByteSink encoded = new ByteSink();
    encoded.u8(RecordCodec.tag(record));
    RecordCodec.encode(record, encoded, refs::number);
    int needed = Math.addExact(recordBytes, encoded.length());
    if (needed > records.length) {
      records = Arrays.copyOf(records, Math.max(needed, recordBytes + recordBytes / 2));
    }
    encoded.copyTo(records, recordBytes);
    places[index] = recordBytes + 1;
    recordBytes = needed;
  }

  /// The record of an extent that was put; null where the parent's holds.
  @Nullable Extent get(int index, String path, List<ChunkRef> refs) {
    int place = places[index];
    if (place == AS_IN_PARENT) {
      return null;
    }
    ByteCursor in = new ByteCursor(records, "extent " + index + " of '" + path + "'", place - 1);
    return (Extent) RecordCodec.decode(in.u8(), path, in, refs);
  }
}
