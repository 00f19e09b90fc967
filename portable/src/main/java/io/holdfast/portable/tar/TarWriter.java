package io.holdfast.portable.tar;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/// Writes entries one behind the other. *Confined*.
public final class TarWriter {
  private static final int BUFFER_BYTES = 1 << 16;

  private final OutputStream out;
  private final long seconds;

  /// @param time of all entries
  public TarWriter(OutputStream out, Instant time) {
    this.out = out;
    this.seconds = Math.clamp(time.getEpochSecond(), 0, TarHeader.OCTAL_SIZE_MAX);
  }

  /// Writes an entry with exactly `size` bytes of `content`, which stays open.
  ///
  /// @throws EOFException if it has fewer
  public void entry(String name, long size, InputStream content) throws IOException {
    header(name, size);
    byte[] buffer = new byte[Math.clamp(size, 1, BUFFER_BYTES)];
    for (long left = size; left > 0; ) {
      int read = content.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (read < 0) {
        throw new EOFException(name + " has " + (size - left) + " bytes instead of " + size);
      }
      out.write(buffer, 0, read);
      left -= read;
    }
    pad(size);
  }

  void header(String name, long size) throws IOException {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    boolean longName = utf8.length > TarHeader.NAME_BYTES || !isAscii(utf8);
    boolean largeSize = size > TarHeader.OCTAL_SIZE_MAX;
    if (longName || largeSize) {
      ByteArrayOutputStream pax = new ByteArrayOutputStream();
      if (longName) {
        record(pax, "path", utf8);
      }
      if (largeSize) {
        record(pax, "size", Long.toString(size).getBytes(StandardCharsets.US_ASCII));
      }
      out.write(
          TarHeader.encode(
              TarHeader.PAX_NAME.getBytes(StandardCharsets.US_ASCII),
              TarHeader.PAX,
              pax.size(),
              seconds));
      pax.writeTo(out);
      pad(pax.size());
    }
    out.write(TarHeader.encode(shortened(utf8), TarHeader.FILE, largeSize ? 0 : size, seconds));
  }

  /// `<length> <key>=<value>` LF, where the length counts its own digits.
  private static void record(ByteArrayOutputStream pax, String key, byte[] value) {
    int rest = 1 + key.length() + 1 + value.length + 1;
    int length = rest + Integer.toString(rest).length();
    if (Integer.toString(length).length() > Integer.toString(rest).length()) {
      length = rest + Integer.toString(length).length();
    }
    pax.writeBytes((length + " " + key + "=").getBytes(StandardCharsets.US_ASCII));
    pax.writeBytes(value);
    pax.write('\n');
  }

  static byte[] shortened(byte[] name) {
    byte[] result = Arrays.copyOf(name, Math.min(name.length, TarHeader.NAME_BYTES));
    for (int i = 0; i < result.length; i++) {
      result[i] = result[i] < 0 ? (byte) '_' : result[i];
    }
    return result;
  }

  private static boolean isAscii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  private void pad(long size) throws IOException {
    int over = (int) (size % TarHeader.BLOCK_BYTES);
    if (over != 0) {
      out.write(new byte[TarHeader.BLOCK_BYTES - over]);
    }
  }

  /// Writes the end; `out` is not closed.
  public void finish() throws IOException {
    out.write(new byte[2 * TarHeader.BLOCK_BYTES]);
    out.flush();
  }
}
