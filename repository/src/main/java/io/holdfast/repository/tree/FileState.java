package io.holdfast.repository.tree;

import io.holdfast.repository.tree.TreeRecord.Extent;
import io.holdfast.repository.tree.TreeRecord.Metadata;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// What a writer knows of one file: its metadata once that was put, and a slot for each extent.
/// Extents equal to the parent's take a few bytes each, others a record. *Thread-safe.*
final class FileState {
  private final String path;
  private final FileLayout layout;
  private final @Nullable ParentTree parent;
  private final @Nullable Metadata old;

  private @Nullable FileEntry entry;
  private @Nullable Extent[] extents = new Extent[1];
  private final BitSet asInParent = new BitSet();
  private int extentsEnd;

  FileState(String path, FileLayout layout, @Nullable ParentTree parent) throws IOException {
    this.path = path;
    this.layout = layout;
    this.parent = parent;
    Metadata known = parent == null ? null : parent.metadata(path);
    this.old = known != null && known.layout().equals(layout) ? known : null;
  }

  void requireLayout(FileLayout other) {
    if (!layout.equals(other)) {
      throw new IllegalArgumentException("'" + path + "' is " + layout + ", not " + other);
    }
  }

  /// The parent's record of the same extent, if the layout is the same.
  @Nullable Extent old(long index) throws IOException {
    return parent != null && old != null && index < old.extents()
        ? parent.extent(old, index)
        : null;
  }

  synchronized void entry(FileEntry put) {
    if (entry != null) {
      throw new IllegalStateException("'" + path + "' was put already");
    }
    entry = put;
  }

  /// Records an extent; no record means that the parent's holds.
  synchronized void extent(int index, @Nullable Extent record) {
    if (index >= extents.length) {
      extents = Arrays.copyOf(extents, Math.max(index + 1, extents.length + extents.length / 2));
    }
    if (extents[index] != null || asInParent.get(index)) {
      throw new IllegalStateException("extent " + index + " of '" + path + "' was put already");
    }
    if (record == null) {
      asInParent.set(index);
    } else {
      extents[index] = record;
    }
    extentsEnd = Math.max(extentsEnd, index + 1);
  }

  /// The file's record. All of its extents are there.
  synchronized Metadata metadata() {
    if (entry == null) {
      throw new IllegalStateException("extents of '" + path + "' were put, but not the file");
    }
    Metadata metadata =
        new Metadata(entry, layout, layout instanceof FileLayout.Lines ? extentsEnd : 0);
    if (metadata.extents() != extentsEnd) {
      throw new IllegalStateException(
          "'" + path + "' has " + metadata.extents() + " extents, put were " + extentsEnd);
    }
    return metadata;
  }

  /// The record of one extent, with the parent's filled in.
  Extent resolved(Metadata metadata, int index) throws IOException {
    Extent record = put(index);
    if (record == null && parent != null && old != null) {
      record = parent.extent(old, index);
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

  private synchronized @Nullable Extent put(int index) {
    if (extents[index] == null && !asInParent.get(index)) {
      throw new IllegalStateException("extent " + index + " of '" + path + "' was not put");
    }
    return extents[index];
  }
}
