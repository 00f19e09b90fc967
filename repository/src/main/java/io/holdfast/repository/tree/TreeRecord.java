package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import java.util.List;

/// One record of a list. Its key is a path and a slot: slot 0 is the file's metadata, slot `i + 1`
/// its extent `i`.
sealed interface TreeRecord {
  /// A file's metadata. `pieces` counts the extents of [FileLayout.Lines] and [FileLayout.Cut]; the
  /// others' follow from the size, and it is 0.
  record Metadata(FileEntry entry, FileLayout layout, long pieces) implements TreeRecord {
    long extents() {
      return switch (layout) {
        case FileLayout.Lines _, FileLayout.Cut _ -> pieces;
        case FileLayout.Paged _, FileLayout.Stream _ -> extentsOf(entry.size());
      };
    }

    /// Bytes of extent `index`, or -1 where only the extent itself knows.
    int extentBytes(long index) {
      return switch (layout) {
        case FileLayout.Lines _, FileLayout.Cut _ -> -1;
        case FileLayout.Paged _, FileLayout.Stream _ ->
            (int) Math.min(FileLayout.EXTENT_BYTES, entry.size() - index * FileLayout.EXTENT_BYTES);
      };
    }
  }

  /// In an overlay: the file that the base has is no more.
  record Gone() implements TreeRecord {
    static final Gone GONE = new Gone();
  }

  /// An extent.
  sealed interface Extent extends TreeRecord {
    int length();
  }

  /// Nothing but zeros.
  record Zero(int length) implements Extent {}

  /// One chunk of type STREAM.
  record Streamed(int length, ChunkId id) implements Extent {}

  /// One chunk of type PAGES; the hashes of its pages begin at `hashAt` in `hashes`.
  record Whole(int length, ChunkId id, int pages, ChunkRef hashes, int hashAt) implements Extent {}

  /// A base chunk of type PAGES with `basePages` pages, and the pages that differ from it, in
  /// ascending order. All pages from `basePages` on are overridden.
  record Patched(
      int length,
      ChunkId contentId,
      int pages,
      ChunkId baseId,
      int basePages,
      ChunkRef hashes,
      int hashAt,
      List<PageOverride> overrides)
      implements Extent {}

  /// Page `page` of an extent lies in slot `slot` of `patch`; its hash is kept here.
  record PageOverride(int page, ChunkRef patch, int slot, long hashHigh, long hashLow) {}

  static long extentsOf(long size) {
    return (size + FileLayout.EXTENT_BYTES - 1) / FileLayout.EXTENT_BYTES;
  }
}
