package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/// Writes one layer: takes records in key order, cuts them into list pages and ends with the index
/// page. A cut depends on the keys near it only, so a stretch of records that did not change gives
/// the same pages again. *Confined.*
final class LayerWriter {
  /// Stores an encoded page.
  @FunctionalInterface
  interface PageSink {
    ChunkId store(byte[] page) throws IOException;
  }

  /// Page size of base layers.
  static final int BASE_PAGE_BYTES = 64 << 10;

  /// Page size of overlays: smaller, because their changes are scattered.
  static final int OVERLAY_PAGE_BYTES = 8 << 10;

  private final PageSink sink;
  private final int targetBytes;
  private final ByteSink records = new ByteSink();
  private final Map<ChunkRef, Integer> table = new LinkedHashMap<>();
  private final LayerIndex.Builder index = new LayerIndex.Builder();

  private int recordCount;
  private long pathBytesAll;
  private byte[] path = new byte[0];
  private String pathText = "";
  private long slot;
  private String firstPath = "";
  private long firstSlot;

  LayerWriter(int targetBytes, PageSink sink) {
    this.targetBytes = targetBytes;
    this.sink = sink;
  }

  /// Adds the next record; keys must ascend.
  void add(String recordPath, long recordSlot, TreeRecord record) throws IOException {
    int tag = RecordCodec.tag(record);
    if (recordCount == 0) {
      firstPath = recordPath;
      firstSlot = recordSlot;
    }
    if (recordCount == 0 || !recordPath.equals(pathText)) {
      records.u8(tag | ListPage.NEW_PATH);
      writePath(recordPath);
      slot = 0;
    } else {
      records.u8(tag);
    }
    if (recordSlot > 0) {
      records.varint(recordSlot - slot - 1);
    }
    slot = recordSlot;
    RecordCodec.encode(record, records, this::place);
    recordCount++;
    if (isCut(recordPath, recordSlot, record)) {
      closePage();
    }
  }

  /// Stores what is left and the index; returns what the root says of the layer.
  LayerIndex.Summary finish() throws IOException {
    if (recordCount > 0) {
      closePage();
    }
    return index.finish(sink);
  }

  private void writePath(String recordPath) {
    byte[] next = TreePaths.utf8(recordPath);
    int shared = recordCount == 0 ? 0 : mismatch(path, next);
    records.varint(shared);
    records.varint(next.length - shared);
    records.raw(next, shared, next.length - shared);
    pathBytesAll += next.length;
    path = next;
    pathText = recordPath;
  }

  private static int mismatch(byte[] a, byte[] b) {
    int at = java.util.Arrays.mismatch(a, b);
    return at < 0 ? a.length : at;
  }

  private int place(ChunkRef ref) {
    Integer known = table.get(ref);
    if (known != null) {
      return known;
    }
    table.put(ref, table.size());
    return table.size() - 1;
  }

  private int pageBytes() {
    return records.length() + table.size() * (ChunkId.BYTES + 2) + 8;
  }

  private boolean isCut(String recordPath, long recordSlot, TreeRecord record) {
    int bytes = pageBytes();
    if (bytes >= 2 * targetBytes || pathBytesAll >= ListPage.PATH_BYTES_MAX / 2) {
      return true;
    }
    return bytes >= targetBytes / 2
        && CutRule.cutsAfter(
            CutRule.hash(recordPath, recordSlot), weight(recordPath, record), targetBytes / 2);
  }

  /// About the bytes of a record, whatever stands before it in the page.
  private static int weight(String path, TreeRecord record) {
    return switch (record) {
      case TreeRecord.Metadata metadata ->
          32 + path.length() / 2 + metadata.entry().attributes().length();
      case TreeRecord.Gone _ -> 4 + path.length() / 2;
      case TreeRecord.Zero _ -> 4;
      case TreeRecord.Streamed _ -> 36;
      case TreeRecord.Whole _ -> 40;
      case TreeRecord.Patched patched -> 76 + 20 * patched.overrides().size();
    };
  }

  private void closePage() throws IOException {
    ByteSink page = new ByteSink();
    page.u8(ListPage.KIND);
    page.varint(table.size());
    for (ChunkRef ref : table.keySet()) {
      page.id(ref.id());
      page.varint(ref.slots());
    }
    page.varint(recordCount);
    page.raw(records);
    byte[] bytes = page.toBytes();
    index.add(sink.store(bytes), bytes.length, recordCount, firstPath, firstSlot);
    records.clear();
    table.clear();
    recordCount = 0;
    pathBytesAll = 0;
  }
}
