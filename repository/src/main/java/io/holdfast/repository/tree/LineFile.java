package io.holdfast.repository.tree;

import java.io.IOException;

/// Stores a file of [FileLayout.Lines] that comes in pieces of any length, holding about one stored
/// piece of it in memory. What is stored does not depend on the pieces in which it comes.
/// *Confined.*
public final class LineFile {
  /// Puts a piece of text under its number.
  @FunctionalInterface
  interface PieceSink {
    void put(int index, byte[] bytes, int offset, int length) throws IOException;
  }

  private static final int BUFFER_BYTES = 4 * LineCutter.PIECE_BYTES_MAX;

  private final PieceSink sink;
  private final byte[] pending = new byte[BUFFER_BYTES];
  private int length;
  private int pieces;
  private long bytes;

  LineFile(PieceSink sink) {
    this.sink = sink;
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
        cut(LineCutter.PIECE_BYTES_MAX);
      }
    }
    bytes += count;
  }

  /// Stores what is left. The file itself is then put with [TreeWriter#putFile].
  ///
  /// @return how many bytes came
  public long finish() throws IOException {
    cut(0);
    return bytes;
  }

  /// Cuts pieces until at most `rest` bytes are left: where a piece ends depends on what may follow
  /// it within the longest piece.
  private void cut(int rest) throws IOException {
    int from = 0;
    while (length - from > rest) {
      int end = LineCutter.pieceEnd(pending, length, from);
      sink.put(pieces++, pending, from, end - from);
      from = end;
    }
    System.arraycopy(pending, from, pending, 0, length - from);
    length -= from;
  }
}
