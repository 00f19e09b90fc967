package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The pages of a layer with their first keys. *Immutable.* See `docs/format/trees.md`, "Layer
/// index".
record LayerIndex(List<Page> pages) {
  static final int INDEX_BYTES_MAX = 8 << 20;

  private static final int KIND = 2;

  /// One list page.
  record Page(ChunkId id, int bytes, int records, String firstPath, long firstSlot) {}

  /// What the root says of a layer.
  record Summary(ChunkId index, int indexBytes, long pages, long records, long listBytes) {}

  static LayerIndex decode(byte[] bytes, Summary expected, String what) {
    ByteCursor in = new ByteCursor(bytes, what);
    if (in.u8() != KIND) {
      throw in.damaged("not a layer index");
    }
    int count = in.smallVarint(in.remaining() / ChunkId.BYTES);
    List<Page> pages = new ArrayList<>(count);
    byte[] path = new byte[0];
    long records = 0;
    long listBytes = 0;
    long pathBytesAll = 0;
    for (int i = 0; i < count; i++) {
      ChunkId id = in.id();
      int pageBytes = in.smallVarint(ListPage.PAGE_BYTES_MAX);
      int pageRecords = in.smallVarint(ListPage.PAGE_BYTES_MAX);
      int shared = in.smallVarint(path.length);
      byte[] suffix = in.sized(TreePaths.PATH_BYTES_MAX - shared);
      path = Arrays.copyOf(path, shared + suffix.length);
      System.arraycopy(suffix, 0, path, shared, suffix.length);
      pathBytesAll += path.length;
      if (pathBytesAll > 8L * INDEX_BYTES_MAX) {
        throw in.damaged("too many bytes of paths");
      }
      pages.add(
          new Page(
              id, pageBytes, pageRecords, in.decode(path, 0, -1), in.varint(FileEntry.SIZE_MAX)));
      records += pageRecords;
      listBytes += pageBytes;
    }
    in.requireEnd();
    if (count != expected.pages()
        || records != expected.records()
        || listBytes != expected.listBytes()) {
      throw in.damaged("it is not the index that the root describes");
    }
    return new LayerIndex(List.copyOf(pages));
  }

  /// Collects pages in order. *Confined.*
  static final class Builder {
    private final ByteSink entries = new ByteSink();
    private byte[] path = new byte[0];
    private long pages;
    private long records;
    private long listBytes;

    void add(ChunkId id, int pageBytes, int pageRecords, String firstPath, long firstSlot) {
      entries.id(id);
      entries.varint(pageBytes);
      entries.varint(pageRecords);
      byte[] next = TreePaths.utf8(firstPath);
      int mismatch = Arrays.mismatch(path, next);
      int shared = mismatch < 0 ? path.length : mismatch;
      entries.varint(shared);
      entries.varint(next.length - shared);
      entries.raw(next, shared, next.length - shared);
      entries.varint(firstSlot);
      path = next;
      pages++;
      records += pageRecords;
      listBytes += pageBytes;
    }

    Summary finish(LayerWriter.PageSink sink) throws IOException {
      ByteSink out = new ByteSink();
      out.u8(KIND);
      out.varint(pages);
      out.raw(entries);
      byte[] bytes = out.toBytes();
      if (bytes.length > INDEX_BYTES_MAX) {
        throw new IOException(
            "the list of files and extents has "
                + pages
                + " pages, more than one tree can hold; split the source");
      }
      return new Summary(sink.store(bytes), bytes.length, pages, records, listBytes);
    }
  }
}
