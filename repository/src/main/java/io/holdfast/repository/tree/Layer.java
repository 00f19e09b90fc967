package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.CorruptRepositoryException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One layer of a tree for reading: its index in memory, its pages through a small cache.
/// *Thread-safe.*
final class Layer {
  /// Decoded pages that are kept for those who look up records here and there, by their plain
  /// bytes; decoded they take about five times as much.
  private static final long FOUND_BYTES = 2L << 20;

  /// The same for those who walk over all records: room for a few that go the same way. What is
  /// kept longer than it is needed outlives the young generation and is garbage in the old one.
  private static final long WALKED_BYTES = 256L << 10;

  private final LayerIndex.Summary summary;
  private final List<LayerIndex.Page> pages;
  private final BoundedCache<LayerIndex.Page, ListPage> found;
  private final BoundedCache<LayerIndex.Page, ListPage> walked;

  private Layer(ChunkReader chunks, LayerIndex.Summary summary, List<LayerIndex.Page> pages) {
    this.summary = summary;
    this.pages = pages;
    this.found = new BoundedCache<>(FOUND_BYTES, page -> load(chunks, page));
    this.walked = new BoundedCache<>(WALKED_BYTES, page -> load(chunks, page));
  }

  static Layer open(ChunkReader chunks, LayerIndex.Summary summary) throws IOException {
    byte[] bytes = chunks.read(ChunkType.LIST, summary.index(), summary.indexBytes());
    LayerIndex index = LayerIndex.decode(bytes, summary, "layer index " + summary.index());
    return new Layer(chunks, summary, index.pages());
  }

  private static BoundedCache.Weighed<ListPage> load(ChunkReader chunks, LayerIndex.Page page)
      throws IOException {
    byte[] bytes = chunks.read(ChunkType.LIST, page.id(), page.bytes());
    ListPage decoded = ListPage.decode(bytes, "list page " + page.id());
    if (decoded.size() != page.records()
        || !decoded.path(0).equals(page.firstPath())
        || decoded.slot(0) != page.firstSlot()) {
      throw CorruptRepositoryException.damaged(
          "list page " + page.id() + " is not what its index says");
    }
    return new BoundedCache.Weighed<>(decoded, bytes.length);
  }

  LayerIndex.Summary summary() {
    return summary;
  }

  List<LayerIndex.Page> pages() {
    return pages;
  }

  ListPage page(int index) throws IOException {
    return walked.get(pages.get(index));
  }

  /// The record of exactly this key.
  @Nullable TreeRecord find(String path, long slot) throws IOException {
    int low = 0;
    int high = pages.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      LayerIndex.Page page = pages.get(middle);
      if (ListPage.compareKeys(page.firstPath(), page.firstSlot(), path, slot) <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high < 0 ? null : found.get(pages.get(high)).find(path, slot);
  }

  /// The ids of the index and all pages.
  void forEachListChunk(java.util.function.Consumer<ChunkId> each) {
    each.accept(summary.index());
    pages.forEach(page -> each.accept(page.id()));
  }

  Cursor cursor() throws IOException {
    return new Cursor();
  }

  /// Walks over all records in order and checks that they are in order. *Confined.*
  final class Cursor {
    private int pageIndex = -1;
    private int at;
    private @Nullable ListPage page;

    private Cursor() throws IOException {
      nextPage();
    }

    boolean hasRecord() {
      return page != null;
    }

    private ListPage current() {
      ListPage current = page;
      if (current == null) {
        throw new java.util.NoSuchElementException();
      }
      return current;
    }

    String path() {
      return current().path(at);
    }

    long slot() {
      return current().slot(at);
    }

    TreeRecord record() {
      return current().record(at);
    }

    void advance() throws IOException {
      if (at + 1 < current().size()) {
        at++;
        return;
      }
      String path = path();
      long slot = slot();
      nextPage();
      if (hasRecord() && ListPage.compareKeys(path, slot, path(), slot()) >= 0) {
        throw CorruptRepositoryException.damaged("list pages overlap at '" + path + "'");
      }
    }

    private void nextPage() throws IOException {
      pageIndex++;
      at = 0;
      page = pageIndex < pages.size() ? page(pageIndex) : null;
    }
  }
}
