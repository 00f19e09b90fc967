package io.holdfast.repository.tree;

import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.tree.TreeRecord.Extent;
import io.holdfast.repository.tree.TreeRecord.Gone;
import io.holdfast.repository.tree.TreeRecord.Metadata;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Walks over what a tree holds: the overlay's records hide the base's of the same key, a removed
/// file hides all of its records, and extents beyond the end of their file are not shown.
/// *Confined.*
final class MergedCursor {
  private final Layer.Cursor base;
  private final Layer.@Nullable Cursor overlay;

  private String path = "";
  private long slot;
  private @Nullable Metadata file;
  private @Nullable TreeRecord record;
  private String gone = "";

  MergedCursor(Layer base, @Nullable Layer overlay) throws IOException {
    this.base = base.cursor();
    this.overlay = overlay == null ? null : overlay.cursor();
    advance();
  }

  boolean hasRecord() {
    return record != null;
  }

  String path() {
    return path;
  }

  long slot() {
    return slot;
  }

  TreeRecord record() {
    if (record == null) {
      throw new java.util.NoSuchElementException();
    }
    return record;
  }

  /// The metadata of the file that the current record belongs to.
  Metadata file() {
    if (file == null) {
      throw new java.util.NoSuchElementException();
    }
    return file;
  }

  void advance() throws IOException {
    do {
      if (!take()) {
        record = null;
        return;
      }
    } while (!isVisible());
  }

  private boolean take() throws IOException {
    boolean overlayLeft = overlay != null && overlay.hasRecord();
    if (overlay == null || !overlayLeft) {
      if (!base.hasRecord()) {
        return false;
      }
      takeFrom(base);
      return true;
    }
    int order =
        base.hasRecord()
            ? ListPage.compareKeys(base.path(), base.slot(), overlay.path(), overlay.slot())
            : 1;
    if (order < 0) {
      takeFrom(base);
    } else {
      if (order == 0) {
        base.advance();
      }
      takeFrom(overlay);
    }
    return true;
  }

  private void takeFrom(Layer.Cursor cursor) throws IOException {
    path = cursor.path();
    slot = cursor.slot();
    record = cursor.record();
    cursor.advance();
  }

  private boolean isVisible() {
    return switch (record()) {
      case Gone _ -> {
        gone = path;
        yield false;
      }
      case Metadata metadata -> {
        file = metadata;
        yield true;
      }
      case Extent _ -> {
        if (path.equals(gone)) {
          yield false;
        }
        if (file == null || !file.entry().path().equals(path)) {
          throw CorruptRepositoryException.damaged("an extent of '" + path + "' without its file");
        }
        yield slot <= file.extents();
      }
    };
  }
}
