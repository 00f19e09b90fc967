package io.holdfast.postgres;

import java.util.HexFormat;
import java.util.Locale;

/// A byte position in WAL, an unsigned 64-bit number; prints as PostgreSQL prints it, `X/Y`.
public record Lsn(long value) implements Comparable<Lsn> {
  /// @throws IllegalArgumentException if the text is not an LSN
  public static Lsn parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 1 || slash > 8 || slash == text.length() - 1 || text.length() - slash > 9) {
      throw new IllegalArgumentException("not an LSN: '" + text + "'");
    }
    try {
      long high = HexFormat.fromHexDigitsToLong(text, 0, slash);
      return new Lsn(high << 32 | HexFormat.fromHexDigitsToLong(text, slash + 1, text.length()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not an LSN: '" + text + "'", e);
    }
  }

  public Lsn plus(long bytes) {
    return new Lsn(value + bytes);
  }

  /// Bytes from `earlier` to this position; negative if this one comes first.
  public long minus(Lsn earlier) {
    return value - earlier.value;
  }

  public boolean isBefore(Lsn other) {
    return compareTo(other) < 0;
  }

  @Override
  public int compareTo(Lsn other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%X/%X", value >>> 32, value & 0xffffffffL);
  }
}
