package io.holdfast.engine.tree;

import io.holdfast.files.content.Cutter;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.SortedTreeWriter;
import java.io.IOException;

/// Cuts bytes that come in pieces of any length into pieces of content and stores them; what has
/// changed little since the version before is stored as a difference. *Confined*; made once for
/// many contents.
public final class CutWriter {
  private static final int BUFFER_BYTES = 4 << 20;

  private final SortedTreeWriter tree;
  private final Cutter cutter;
  private final byte[] pending = new byte[BUFFER_BYTES];
  private FileContent content = FileContent.empty();
  private int length;

  public CutWriter(SortedTreeWriter tree, Cutter cutter) {
    this.tree = tree;
    this.cutter = cutter;
  }

  /// Begins a content.
  ///
  /// @param before the version before, or an empty one
  public void begin(FileContent before) {
    content = tree.newContent(before);
    length = 0;
  }

  /// Takes the next bytes; the array belongs to the caller again afterwards.
  public void write(byte[] source, int offset, int count) throws IOException {
    int done = 0;
    while (done < count) {
      int step = Math.min(pending.length - length, count - done);
      System.arraycopy(source, offset + done, pending, length, step);
      length += step;
      done += step;
      if (length == pending.length) {
        store(Cutter.PIECE_BYTES_MAX);
      }
    }
  }

  /// Stores what is left and returns the whole.
  public FileContent finish() throws IOException {
    store(0);
    return content;
  }

  /// Where a piece ends depends on what may follow within the longest one.
  private void store(int rest) throws IOException {
    int from = 0;
    while (length - from > rest) {
      int bytes = cutter.pieceBytes(pending, from, length - from);
      tree.store(content, pending, from, bytes);
      from += bytes;
    }
    System.arraycopy(pending, from, pending, 0, length - from);
    length -= from;
  }
}
