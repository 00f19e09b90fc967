package io.holdfast.portable;

import io.holdfast.base.ByteSize;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// Unpacks gzip, but not more than was agreed to. *Confined*.
public final class BoundedGunzip extends InputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  /// What may come out.
  ///
  /// @param bytes in all
  /// @param ratio to what went in, beyond the first `freeBytes`
  public record Limit(long bytes, long ratio, long freeBytes) {
    /// 200 times as much as went in, and 64 MiB in any case.
    public static Limit ofTotal(long bytes) {
      return new Limit(bytes, 200, 64 * ByteSize.MIB);
    }

    /// Whatever the ratio is: for somebody who has looked.
    public static Limit ofTotalOnly(long bytes) {
      return new Limit(bytes, Long.MAX_VALUE, bytes);
    }
  }

  private final Counter packed;
  private final Limit limit;
  private final InputStream unpacked;
  private final byte[] single = new byte[1];
  private long given;

  /// Closing this closes `in`.
  public BoundedGunzip(InputStream in, Limit limit) throws IOException {
    this.packed = new Counter(in);
    this.limit = limit;
    try {
      this.unpacked = new GZIPInputStream(packed, BUFFER_BYTES);
    } catch (ZipException | java.io.EOFException e) {
      throw damaged(e);
    }
  }

  @Override
  public int read() throws IOException {
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int read;
    try {
      read = unpacked.read(target, offset, length);
    } catch (ZipException | java.io.EOFException e) {
      throw damaged(e);
    }
    given += Math.max(read, 0);
    if (given > limit.bytes) {
      throw PortableFileException.beyondLimit(
          "more than " + new ByteSize(limit.bytes) + " come out of its gzip",
          "If it is yours and so large, raise the limit (--max-size).");
    }
    if (given > limit.freeBytes && given / limit.ratio > packed.bytes) {
      throw PortableFileException.beyondLimit(
          "more than " + limit.ratio + " times as many bytes come out of its gzip as go in",
          "That looks like a decompression bomb. If it is yours, say how large it may get"
              + " (--max-size).");
    }
    return read;
  }

  private static PortableFileException damaged(IOException e) {
    return PortableFileException.damaged(
        "its gzip cannot be unpacked: "
            + (e.getMessage() == null ? "it was cut off" : e.getMessage()));
  }

  @Override
  public void close() throws IOException {
    unpacked.close();
  }

  private static final class Counter extends FilterInputStream {
    private long bytes;

    Counter(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = in.read();
      bytes += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read = in.read(target, offset, length);
      bytes += Math.max(read, 0);
      return read;
    }
  }
}
