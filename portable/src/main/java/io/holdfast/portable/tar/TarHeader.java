package io.holdfast.portable.tar;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// One block of 512 bytes in front of an entry.
final class TarHeader {
  static final int BLOCK_BYTES = 512;
  static final int NAME_BYTES = 100;
  static final long OCTAL_SIZE_MAX = (1L << 33) - 1;
  static final int PAX_BYTES_MAX = 4096;
  static final byte FILE = '0';
  static final byte PAX = 'x';
  static final String PAX_NAME = "PaxHeader";

  private static final int SIZE_AT = 124;
  private static final int TIME_AT = 136;
  private static final int SUM_AT = 148;
  private static final int TYPE_AT = 156;
  private static final int MAGIC_AT = 257;
  private static final int OWNER_AT = 265;
  private static final byte[] MAGIC = ascii("ustar\00000");

  private TarHeader() {}

  /// @param name at most 100 bytes
  /// @param size at most 8 GiB - 1
  static byte[] encode(byte[] name, byte type, long size, long seconds) {
    byte[] block = new byte[BLOCK_BYTES];
    put(block, 0, name);
    put(block, 100, ascii("0000600\0"));
    put(block, 108, ascii("0000000\0"));
    put(block, 116, ascii("0000000\0"));
    put(block, SIZE_AT, octal(size, 11));
    put(block, TIME_AT, octal(seconds, 11));
    block[TYPE_AT] = type;
    put(block, MAGIC_AT, MAGIC);
    put(block, SUM_AT, ascii(String.format(Locale.ROOT, "%06o\0 ", sum(block))));
    return block;
  }

  private static byte[] octal(long value, int digits) {
    return ascii(String.format(Locale.ROOT, "%0" + digits + "o\0", value));
  }

  /// What is wrong with a block; empty if it is a header that this format may have.
  static String problem(byte[] block) {
    byte[] sum = ascii(String.format(Locale.ROOT, "%06o\0 ", sum(block)));
    if (!Arrays.equals(block, SUM_AT, TYPE_AT, sum, 0, sum.length)) {
      return "does not match its checksum";
    }
    if (!Arrays.equals(block, MAGIC_AT, OWNER_AT, MAGIC, 0, MAGIC.length)) {
      return "is not POSIX ustar";
    }
    byte type = block[TYPE_AT];
    if (type != FILE && type != PAX) {
      return switch (type) {
        case '1' -> "is a hard link";
        case '2' -> "is a symbolic link";
        case '3', '4' -> "is a device";
        case '5' -> "is a directory";
        case '6' -> "is a pipe";
        default -> "is of type " + (type & 0xff);
      };
    }
    boolean zeros =
        isZero(block, TYPE_AT + 1, MAGIC_AT)
            && isZero(block, OWNER_AT, BLOCK_BYTES)
            && isZero(block, nameEnd(block), NAME_BYTES)
            && isOctal(block, SIZE_AT)
            && isOctal(block, TIME_AT);
    return zeros ? "" : "has fields that this format does not have";
  }

  static byte type(byte[] block) {
    return block[TYPE_AT];
  }

  static byte[] name(byte[] block) {
    return Arrays.copyOf(block, nameEnd(block));
  }

  static long size(byte[] block) {
    return Long.parseLong(new String(block, SIZE_AT, 11, StandardCharsets.US_ASCII), 8);
  }

  private static int nameEnd(byte[] block) {
    int end = 0;
    while (end < NAME_BYTES && block[end] != 0) {
      end++;
    }
    return end;
  }

  private static boolean isOctal(byte[] block, int at) {
    for (int i = at; i < at + 11; i++) {
      if (block[i] < '0' || block[i] > '7') {
        return false;
      }
    }
    return block[at + 11] == 0;
  }

  static boolean isZero(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static int sum(byte[] block) {
    int sum = 0;
    for (int i = 0; i < BLOCK_BYTES; i++) {
      sum += i >= SUM_AT && i < TYPE_AT ? ' ' : block[i] & 0xff;
    }
    return sum;
  }

  private static void put(byte[] block, int at, byte[] bytes) {
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
