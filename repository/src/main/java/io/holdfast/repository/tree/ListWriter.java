package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.ChunkWriter;
import io.holdfast.repository.tree.TreeRecord.Extent;
import io.holdfast.repository.tree.TreeRecord.Gone;
import io.holdfast.repository.tree.TreeRecord.Metadata;
import io.holdfast.repository.tree.TreeRecord.Patched;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes the layers and the root of a tree whose extents are stored. The parent's base layer stays
/// where an overlay of at most a quarter of its bytes says what differs. *Confined.*
final class ListWriter {
  /// Overlays up to this size are kept even beside a small base.
  private static final int OVERLAY_BYTES_FREE = 4 << 10;

  /// Takes records in key order.
  @FunctionalInterface
  private interface RecordSink {
    void add(String path, long slot, TreeRecord record) throws IOException;
  }

  private final ChunkWriter chunks;
  private final @Nullable ParentTree parent;
  private final Map<String, FileState> files;
  private final List<ChunkRef> refs;
  private final Tally tally;
  private final List<String> paths;

  private long logicalBytes;
  private long extents;
  private long pagesOverridden;
  private long overlayBytes;

  ListWriter(
      ChunkWriter chunks,
      @Nullable ParentTree parent,
      Map<String, FileState> files,
      List<ChunkRef> refs,
      Tally tally) {
    this.chunks = chunks;
    this.parent = parent;
    this.files = files;
    this.refs = refs;
    this.tally = tally;
    this.paths = new ArrayList<>(files.keySet());
    paths.sort(TreePaths::compare);
  }

  ChunkId write() throws IOException {
    forEachRecord(this::count);
    List<LayerIndex.Summary> layers = writeLayers();
    byte[] root = new TreeRoot(TreeRoot.Version.PLAIN, layers, totals()).encode();
    return put(ChunkType.ROOT, root);
  }

  TreeTotals totals() {
    return new TreeTotals(files.size(), logicalBytes, extents, pagesOverridden);
  }

  long overlayBytes() {
    return overlayBytes;
  }

  private void count(String path, long slot, TreeRecord record) {
    if (record instanceof Metadata metadata) {
      logicalBytes += metadata.entry().size();
    } else {
      extents++;
    }
    if (record instanceof Patched patched) {
      pagesOverridden += patched.overrides().size();
    }
  }

  private List<LayerIndex.Summary> writeLayers() throws IOException {
    if (parent != null && isWhollyThere(parent.tree().base())) {
      Layer base = parent.tree().base();
      LayerWriter measure = new LayerWriter(LayerWriter.OVERLAY_PAGE_BYTES, ListWriter::measured);
      writeOverlay(base, measure);
      LayerIndex.Summary measured = measure.finish();
      if (measured.records() == 0) {
        return List.of(base.summary());
      }
      long limit = Math.max(OVERLAY_BYTES_FREE, base.summary().listBytes() / 4);
      if (measured.listBytes() <= limit) {
        LayerWriter overlay = new LayerWriter(LayerWriter.OVERLAY_PAGE_BYTES, this::putList);
        writeOverlay(base, overlay);
        overlayBytes = measured.listBytes();
        return List.of(base.summary(), overlay.finish());
      }
    }
    LayerWriter fresh = new LayerWriter(LayerWriter.BASE_PAGE_BYTES, this::putList);
    forEachRecord(fresh::add);
    return List.of(fresh.finish());
  }

  private boolean isWhollyThere(Layer layer) {
    boolean[] there = {true};
    layer.forEachListChunk(id -> there[0] &= chunks.contains(ChunkType.LIST, id));
    return there[0];
  }

  /// What differs from the base, and marks for files of the base that this tree does not have.
  private void writeOverlay(Layer base, LayerWriter overlay) throws IOException {
    Layer.Cursor before = base.cursor();
    forEachRecord(
        (path, slot, record) -> {
          while (before.hasRecord() && TreePaths.compare(before.path(), path) < 0) {
            addIfGone(before, overlay);
          }
          if (!record.equals(base.find(path, slot))) {
            overlay.add(path, slot, record);
          }
        });
    while (before.hasRecord()) {
      addIfGone(before, overlay);
    }
  }

  private void addIfGone(Layer.Cursor before, LayerWriter overlay) throws IOException {
    if (before.slot() == 0 && !files.containsKey(before.path())) {
      overlay.add(before.path(), 0, Gone.GONE);
    }
    before.advance();
  }

  private void forEachRecord(RecordSink sink) throws IOException {
    for (String path : paths) {
      FileState file = files.get(path);
      if (file == null) {
        throw new IllegalStateException("'" + path + "' vanished while lists were written");
      }
      Metadata metadata = file.metadata();
      sink.add(path, 0, metadata);
      int count = (int) metadata.extents();
      for (int i = 0; i < count; i++) {
        Extent extent = file.resolved(metadata, i, refs, parent);
        sink.add(path, i + 1L, extent);
      }
    }
  }

  /// Stands for storing a page whose size alone matters.
  private static ChunkId measured(byte[] page) {
    return ChunkRef.ZERO_PAGE.id();
  }

  private ChunkId putList(byte[] page) throws IOException {
    return put(ChunkType.LIST, page);
  }

  private ChunkId put(ChunkType type, byte[] bytes) throws IOException {
    ChunkId id = chunks.ids().of(type, bytes, 0, bytes.length);
    tally.put(type, chunks.put(type, id, bytes, 0, bytes.length), bytes.length);
    return id;
  }
}
