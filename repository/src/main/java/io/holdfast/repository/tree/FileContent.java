package io.holdfast.repository.tree;

import io.holdfast.repository.tree.TreeRecord.Extent;
import io.holdfast.repository.tree.TreeRecord.Streamed;
import io.holdfast.repository.tree.TreeRecord.Zero;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The pieces of one file that is cut by content, stored or known to be stored: about 40 bytes for
/// each piece. *Confined.*
public final class FileContent {
  private static final RefTable NO_REFS = new RefTable();

  private final PackedExtents pieces = new PackedExtents();
  private final @Nullable PieceMatcher matcher;
  private long bytes;

  FileContent() {
    this.matcher = null;
  }

  /// @param before the version before, which new pieces are compared with
  FileContent(FileContent before) {
    this.matcher = before.count() == 0 ? null : new PieceMatcher(before);
  }

  /// A file without a byte.
  public static FileContent empty() {
    return new FileContent();
  }

  /// The sum of all pieces.
  public long bytes() {
    return bytes;
  }

  /// True if the pieces are the same, one by one.
  public boolean isSame(FileContent other) {
    if (bytes != other.bytes || count() != other.count()) {
      return false;
    }
    for (int i = 0; i < count(); i++) {
      if (!piece(i, "").equals(other.piece(i, ""))) {
        return false;
      }
    }
    return true;
  }

  @Nullable PieceMatcher matcher() {
    return matcher;
  }

  int count() {
    return pieces.end();
  }

  void add(Extent piece) {
    pieces.put(pieces.end(), piece, NO_REFS);
    bytes += piece.length();
  }

  Extent piece(int index, String path) {
    Extent piece = pieces.get(index, path, List.of());
    if (piece instanceof Streamed || piece instanceof Zero) {
      return piece;
    }
    throw new IllegalStateException("piece " + index + " of '" + path + "' is not there");
  }
}
