package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.ChunkWriter;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.tree.TreeRecord.Gone;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes the layers of a tree whose records come in key order, once. As long as few differ from
/// the parent's base layer, only those are kept, in memory, for an overlay. When they become too
/// many, the base layer with these differences is written as a new one up to where we are, and all
/// further records go there directly. *Confined.*
final class SortedLists {
  /// The overlay of a small base.
  private static final long OVERLAY_BYTES_FREE = 4 << 10;

  /// What is held in memory at most.
  private static final long OVERLAY_BYTES_MAX = 16L << 20;

  /// The layers, the base first.
  record Written(List<LayerIndex.Summary> layers, long overlayBytes) {}

  private final ChunkWriter chunks;
  private final Tally tally;
  private final Held held;
  private final LayerWriter overlay;

  private @Nullable Layer base;
  private Layer.@Nullable Cursor before;
  private @Nullable LayerWriter whole;
  private String lastPath = "";
  private long lastSlot;

  SortedLists(ChunkWriter chunks, Optional<Layer> parent, Tally tally) throws IOException {
    this.chunks = chunks;
    this.tally = tally;
    this.held = new Held(chunks.ids());
    this.overlay = new LayerWriter(LayerWriter.OVERLAY_PAGE_BYTES, held::store);
    Layer usable = parent.filter(this::isWhollyThere).orElse(null);
    if (usable == null) {
      whole = new LayerWriter(LayerWriter.BASE_PAGE_BYTES, this::put);
    } else {
      base = usable;
      before = usable.cursor();
    }
  }

  /// Adds the next record; keys ascend.
  void add(String path, long slot, TreeRecord record) throws IOException {
    if (whole != null) {
      whole.add(path, slot, record);
      return;
    }
    if (!record.equals(recordBefore(path, slot))) {
      overlay.add(path, slot, record);
    }
    lastPath = path;
    lastSlot = slot;
    if (held.bytes > limit()) {
      startAnew();
    }
  }

  /// Stores what is left; `add` is not called any more.
  Written finish() throws IOException {
    if (whole == null && before != null) {
      while (before.hasRecord()) {
        step(before, "");
      }
      LayerIndex.Summary summary = overlay.finish();
      if (base != null && summary.records() == 0) {
        return new Written(List.of(base.summary()), 0);
      }
      if (base != null && summary.listBytes() <= limit()) {
        for (Map.Entry<ChunkId, byte[]> page : held.pages.entrySet()) {
          store(page.getKey(), page.getValue());
        }
        return new Written(List.of(base.summary(), summary), summary.listBytes());
      }
      merge(summary, "", Long.MAX_VALUE);
    }
    if (whole == null) {
      throw new IllegalStateException("neither a new layer nor an old one");
    }
    return new Written(List.of(whole.finish()), 0);
  }

  private boolean isWhollyThere(Layer layer) {
    boolean[] there = {true};
    layer.forEachListChunk(id -> there[0] &= chunks.contains(ChunkType.LIST, id));
    return there[0];
  }

  private long limit() {
    long quarter = base == null ? 0 : base.summary().listBytes() / 4;
    return Math.min(OVERLAY_BYTES_MAX, Math.max(OVERLAY_BYTES_FREE, quarter));
  }

  /// The base's record of the key; what it passes over and was not added is gone.
  private @Nullable TreeRecord recordBefore(String path, long slot) throws IOException {
    if (before == null) {
      return null;
    }
    while (before.hasRecord()) {
      int order = ListPage.compareKeys(before.path(), before.slot(), path, slot);
      if (order == 0) {
        return before.record();
      }
      if (order > 0) {
        return null;
      }
      step(before, path);
    }
    return null;
  }

  private void step(Layer.Cursor cursor, String path) throws IOException {
    String passed = cursor.path();
    if (cursor.slot() == 0 && !passed.equals(lastPath) && !passed.equals(path)) {
      overlay.add(passed, 0, Gone.GONE);
    }
    cursor.advance();
  }

  private void startAnew() throws IOException {
    LayerIndex.Summary summary = overlay.finish();
    merge(summary, lastPath, lastSlot);
  }

  /// Begins the new layer with all records up to a key, or all where the path is empty.
  private void merge(LayerIndex.Summary summary, String path, long slot) throws IOException {
    LayerWriter fresh = new LayerWriter(LayerWriter.BASE_PAGE_BYTES, this::put);
    if (base != null) {
      MergedCursor all = new MergedCursor(base, Layer.open(held, summary));
      while (all.hasRecord()
          && (path.isEmpty() || ListPage.compareKeys(all.path(), all.slot(), path, slot) <= 0)) {
        fresh.add(all.path(), all.slot(), all.record());
        all.advance();
      }
    }
    whole = fresh;
    base = null;
    before = null;
    held.pages.clear();
    held.bytes = 0;
  }

  private ChunkId put(byte[] page) throws IOException {
    return store(chunks.ids().of(ChunkType.LIST, page, 0, page.length), page);
  }

  private ChunkId store(ChunkId id, byte[] page) throws IOException {
    tally.put(ChunkType.LIST, chunks.put(ChunkType.LIST, id, page, 0, page.length), page.length);
    return id;
  }

  /// List pages that are not stored yet.
  private static final class Held implements ChunkReader {
    private final ChunkIds ids;
    private final Map<ChunkId, byte[]> pages = new LinkedHashMap<>();
    private long bytes;

    private Held(ChunkIds ids) {
      this.ids = ids;
    }

    private ChunkId store(byte[] page) {
      ChunkId id = ids.of(ChunkType.LIST, page, 0, page.length);
      pages.put(id, page);
      bytes += page.length;
      return id;
    }

    @Override
    public ChunkIds ids() {
      return ids;
    }

    @Override
    public boolean contains(ChunkType type, ChunkId id) {
      return type == ChunkType.LIST && pages.containsKey(id);
    }

    @Override
    public byte[] read(ChunkType type, ChunkId id, int bytesMax) {
      byte[] page = pages.get(id);
      if (page == null || page.length > bytesMax) {
        throw CorruptRepositoryException.missing("list page " + id + " is not held");
      }
      return page.clone();
    }

    @Override
    public long locationHint(ChunkType type, ChunkId id) {
      return 0;
    }
  }
}
