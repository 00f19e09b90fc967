package io.holdfast.repository.tree;

import io.holdfast.repository.tree.TreeRecord.Extent;
import io.holdfast.repository.tree.TreeRecord.Metadata;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a writer knows of one file: its metadata once that was put, and its extents, packed. There
/// is one for each file of the tree, so it holds nothing that can be found elsewhere.
/// *Thread-safe.*
final class FileState {
  private final String path;
  private final FileLayout layout;

  private @Nullable FileEntry entry;
  private @Nullable PackedExtents extents;

  FileState(String path, FileLayout layout) {
    this.path = path;
    this.layout = layout;
  }

  void requireLayout(FileLayout other) {
    if (!layout.equals(other)) {
      throw new IllegalArgumentException("'" + path + "' is " + layout + ", not " + other);
    }
  }

  synchronized void entry(FileEntry put) {
    if (entry != null) {
      throw new IllegalStateException("'" + path + "' was put already");
    }
    entry = put;
  }

  /// Records an extent; no record means that the parent's holds.
  synchronized void extent(int index, @Nullable Extent record, RefTable refs) {
    if (extents == null) {
      extents = new PackedExtents();
    }
    if (extents.isPut(index)) {
      throw new IllegalStateException("extent " + index + " of '" + path + "' was put already");
    }
    extents.put(index, record, refs);
  }

  /// The file's record. All of its extents are there.
  synchronized Metadata metadata() {
    if (entry == null) {
      throw new IllegalStateException("extents of '" + path + "' were put, but not the file");
    }
    int put = extents == null ? 0 : extents.end();
    Metadata metadata = new Metadata(entry, layout, layout instanceof FileLayout.Lines ? put : 0);
    if (metadata.extents() != put) {
      throw new IllegalStateException(
          "'" + path + "' has " + metadata.extents() + " extents, put were " + put);
    }
    return metadata;
  }

  /// The record of one extent, with the parent's filled in.
  Extent resolved(Metadata metadata, int index, List<ChunkRef> refs, @Nullable ParentTree parent)
      throws IOException {
    Extent record = put(index, refs);
    if (record == null && parent != null) {
      record = parent.extent(path, layout, index);
    }
    if (record == null) {
      throw new IllegalStateException("extent " + index + " of '" + path + "' was not put");
    }
    int expected = metadata.extentBytes(index);
    if (expected >= 0 && record.length() != expected) {
      throw new IllegalStateException(
          "extent "
              + index
              + " of '"
              + path
              + "' has "
              + record.length()
              + " bytes instead of "
              + expected);
    }
    return record;
  }

  private synchronized @Nullable Extent put(int index, List<ChunkRef> refs) {
    if (extents == null || !extents.isPut(index)) {
      throw new IllegalStateException("extent " + index + " of '" + path + "' was not put");
    }
    return extents.get(index, path, refs);
  }
}
