package io.holdfast.repository.tree;

/// Cuts text into pieces at line ends, about 16 KiB each: after a line with a probability that
/// depends on that line alone, so pieces fall into place again behind a change; a piece that grows
/// too long ends with its last whole line. See `docs/format/trees.md`, "Lines".
final class LineCutter {
  static final int PIECE_BYTES_MIN = 8 << 10;
  static final int PIECE_BYTES_MAX = 48 << 10;

  /// Expected bytes between the minimum and the cut.
  private static final int MEAN_BYTES = 8 << 10;

  private LineCutter() {}

  /// The end of the piece that begins at `from`.
  static int pieceEnd(byte[] text, int from) {
    return pieceEnd(text, text.length, from);
  }

  /// The same for the first `length` bytes of `text`.
  static int pieceEnd(byte[] text, int length, int from) {
    int limit = Math.min(length, from + PIECE_BYTES_MAX);
    int line = from;
    for (int at = from; at < limit; at++) {
      if (text[at] == '\n') {
        int end = at + 1;
        if (end - from >= PIECE_BYTES_MIN
            && CutRule.cutsAfter(CutRule.hash(text, line, end), end - line, MEAN_BYTES)) {
          return end;
        }
        line = end;
      }
    }
    boolean inLine = limit < length && line - from >= PIECE_BYTES_MIN;
    return inLine ? line : limit;
  }
}
