package io.holdfast.repository.tree;

/// How the contents of a file are cut and identified.
public sealed interface FileLayout {
  /// Bytes of an extent; the last one of a file is shorter.
  int EXTENT_BYTES = 512 << 10;

  /// Relation forks: extents of whole pages, each page identified by its own hash, so that changed
  /// pages can be stored alone. Where the file does not end with a whole page, its last extent is
  /// stored like a stream.
  ///
  /// @param pageBytes a power of two from 1 to 32 KiB
  record Paged(int pageBytes) implements FileLayout {
    public static final int PAGE_BYTES_MIN = 1 << 10;
    public static final int PAGE_BYTES_MAX = 32 << 10;

    public Paged {
      if (!isPageBytes(pageBytes)) {
        throw new IllegalArgumentException("not a page size: " + pageBytes);
      }
    }

    static boolean isPageBytes(long bytes) {
      return bytes >= PAGE_BYTES_MIN && bytes <= PAGE_BYTES_MAX && Long.bitCount(bytes) == 1;
    }
  }

  /// Everything else: extents identified by their bytes.
  record Stream() implements FileLayout {}

  /// Text of many lines of which few change between backups: cut by content at line ends, so an
  /// inserted line does not shift what follows it. Stored with [TreeWriter#putSmallFile] or
  /// [TreeWriter#lines] only.
  record Lines() implements FileLayout {}

  /// Cut by content, wherever the caller says: pieces of any length up to [#EXTENT_BYTES]. Stored
  /// with [SortedTreeWriter] only.
  record Cut() implements FileLayout {}
}
