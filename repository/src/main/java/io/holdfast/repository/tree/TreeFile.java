package io.holdfast.repository.tree;

/// A file as a tree holds it. *Immutable.*
public final class TreeFile {
  private final TreeRecord.Metadata metadata;
  private final long firstLocationHint;

  TreeFile(TreeRecord.Metadata metadata, long firstLocationHint) {
    this.metadata = metadata;
    this.firstLocationHint = firstLocationHint;
  }

  public FileEntry entry() {
    return metadata.entry();
  }

  public FileLayout layout() {
    return metadata.layout();
  }

  /// How many extents it has. All but the last one of [FileLayout.Paged] and [FileLayout.Stream]
  /// are [FileLayout#EXTENT_BYTES] long.
  public long extents() {
    return metadata.extents();
  }

  /// Where its first extent lies, see [TreeReader#locationHint]; `Long.MAX_VALUE` where it has
  /// none. For reading files in the order in which they are stored.
  public long firstLocationHint() {
    return firstLocationHint;
  }

  TreeRecord.Metadata metadata() {
    return metadata;
  }

  @Override
  public String toString() {
    return entry().path();
  }
}
