package io.holdfast.files.content;

/// Cuts a stream of bytes by content: a rolling sum over the last 64 bytes, by a table that differs
/// from key to key, ends a piece where its upper bits are zero. More bits must be zero before the
/// wanted size than behind it, which keeps the sizes close together. *Immutable.*
///
/// The rule is for writers; see `docs/format/files.md`. Changing it costs every repository one
/// backup in full.
public final class Cutter {
  /// Files up to this size are one piece.
  public static final int WHOLE_BYTES_MAX = 64 << 10;

  public static final int PIECE_BYTES_MIN = 64 << 10;
  public static final int PIECE_BYTES_WANTED = 192 << 10;
  public static final int PIECE_BYTES_MAX = 512 << 10;

  /// 2^19 and 2^15: on average a cut 2^17 bytes behind the minimum.
  private static final long STRICT = -1L << (64 - 19);

  private static final long LENIENT = -1L << (64 - 15);

  private final long[] table = new long[256];

  /// @param seed a secret number of the key domain: sizes of pieces must not tell what is in them
  public Cutter(long seed) {
    long state = seed;
    for (int i = 0; i < table.length; i++) {
      state += 0x9e3779b97f4a7c15L;
      long mixed = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
      mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
      table[i] = mixed ^ mixed >>> 31;
    }
  }

  /// The length of the first piece of `length` bytes from `from`. Unless all of the file's rest is
  /// there, at least [#PIECE_BYTES_MAX] bytes are.
  public int pieceBytes(byte[] bytes, int from, int length) {
    if (length <= PIECE_BYTES_MIN) {
      return length;
    }
    int limit = Math.min(length, PIECE_BYTES_MAX);
    int middle = Math.min(limit, PIECE_BYTES_WANTED);
    long sum = 0;
    int at = PIECE_BYTES_MIN - 64;
    for (; at < PIECE_BYTES_MIN; at++) {
      sum = (sum << 1) + table[bytes[from + at] & 0xff];
    }
    for (; at < middle; at++) {
      sum = (sum << 1) + table[bytes[from + at] & 0xff];
      if ((sum & STRICT) == 0) {
        return at + 1;
      }
    }
    for (; at < limit; at++) {
      sum = (sum << 1) + table[bytes[from + at] & 0xff];
      if ((sum & LENIENT) == 0) {
        return at + 1;
      }
    }
    return limit;
  }
}
