package io.holdfast.postgres.client;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What the first bytes of an archive of `pg_dump` say of it.
///
/// @param database that was dumped
/// @param serverVersion such as `15.18`
/// @param programVersion of `pg_dump`, such as `15.18`
public record ArchiveHeader(String database, String serverVersion, String programVersion) {
  /// As many first bytes are enough.
  public static final int FIRST_BYTES = 1024;

  private static final int TEXT_BYTES_MAX = 256;
  private static final int TIME_FIELDS = 7;

  /// The compression is told in one byte from here on (1.15).
  private static final int SHORT_COMPRESSION = 0x010f;

  /// Empty if they are of no archive.
  ///
  /// @param from where it begins: 0, in a tar 512
  public static Optional<ArchiveHeader> of(byte[] first, int from) {
    try {
      return Optional.of(new Reading(first, from).header());
    } catch (IndexOutOfBoundsException _) {
      return Optional.empty();
    }
  }

  /// The major version of `pg_dump`.
  public Optional<Integer> programMajor() {
    String digits = programVersion.split("\\D", 2)[0];
    return digits.isEmpty() || digits.length() > 3
        ? Optional.empty()
        : Optional.of(Integer.parseInt(digits));
  }

  /// *Confined.*
  private static final class Reading {
    private final byte[] bytes;
    private int at;
    private int intBytes = 4;

    Reading(byte[] bytes, int from) {
      this.bytes = bytes;
      this.at = from;
    }

    ArchiveHeader header() {
      String magic = new String(bytes, at, 5, StandardCharsets.US_ASCII);
      if (!magic.equals("PGDMP")) {
        throw new IndexOutOfBoundsException(magic);
      }
      at += 5;
      int version = (next() << 8) | next();
      int _ = next();
      intBytes = next();
      if (intBytes < 1 || intBytes > 8) {
        throw new IndexOutOfBoundsException(intBytes);
      }
      at += 2;
      if (version >= SHORT_COMPRESSION) {
        at++;
      } else {
        long _ = number();
      }
      for (int i = 0; i < TIME_FIELDS; i++) {
        long _ = number();
      }
      return new ArchiveHeader(text(), text(), text());
    }

    private int next() {
      return bytes[at++] & 0xff;
    }

    private long number() {
      boolean negative = next() != 0;
      long value = 0;
      for (int i = 0; i < intBytes; i++) {
        value |= (long) next() << (8 * i);
      }
      return negative ? -value : value;
    }

    private String text() {
      long length = number();
      if (length < 0 || length > TEXT_BYTES_MAX || at + length > bytes.length) {
        throw new IndexOutOfBoundsException((int) Math.min(length, Integer.MAX_VALUE));
      }
      String text = new String(bytes, at, (int) length, StandardCharsets.UTF_8);
      at += (int) length;
      return text;
    }
  }
}
