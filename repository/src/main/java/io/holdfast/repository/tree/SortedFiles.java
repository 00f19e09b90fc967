package io.holdfast.repository.tree;

import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.tree.TreeRecord.Extent;
import java.io.IOException;
import java.util.Optional;

/// Walks over the files of a tree in path order, for those who go the same way themselves. Nothing
/// is kept but the current file. *Confined.*
public final class SortedFiles {
  private static final FileLayout CUT = new FileLayout.Cut();

  private final MergedCursor cursor;

  SortedFiles(MergedCursor cursor) {
    this.cursor = cursor;
  }

  /// A file with its content, which a [SortedTreeWriter] can put again. Content of another layout
  /// than [FileLayout.Cut] is empty.
  public record Found(FileEntry entry, FileContent content) {}

  /// The next file.
  public Optional<Found> next() throws IOException {
    return cursor.hasRecord() ? Optional.of(take()) : Optional.empty();
  }

  /// The file of this path; paths ascend from call to call. What lies before it is passed over.
  public Optional<Found> find(String path) throws IOException {
    while (cursor.hasRecord()) {
      int order = TreePaths.compare(cursor.path(), path);
      if (order == 0 && cursor.slot() == 0) {
        return Optional.of(take());
      }
      if (order > 0) {
        return Optional.empty();
      }
      cursor.advance();
    }
    return Optional.empty();
  }

  private Found take() throws IOException {
    TreeRecord.Metadata file = cursor.file();
    String path = cursor.path();
    FileContent content = new FileContent();
    boolean cut = file.layout().equals(CUT);
    cursor.advance();
    while (cursor.hasRecord()
        && cursor.path().equals(path)
        && cursor.record() instanceof Extent extent) {
      if (cut) {
        if (cursor.slot() != content.count() + 1L
            || extent instanceof TreeRecord.Whole
            || extent instanceof TreeRecord.Patched) {
          throw CorruptRepositoryException.damaged("a piece of '" + path + "' is not the next one");
        }
        content.add(extent);
      }
      cursor.advance();
    }
    if (cut && (content.bytes() != file.entry().size() || content.count() != file.extents())) {
      throw CorruptRepositoryException.missing("pieces of '" + path + "' are missing");
    }
    return new Found(file.entry(), content);
  }
}
