package io.holdfast.portable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/// Bytes that can be read at any place. *Confined*.
public interface ByteSource {
  long size() throws IOException;

  /// Reads at least one byte, or answers -1 at the end.
  int read(long position, byte[] target, int offset, int length) throws IOException;

  /// The bytes of a file, which stays the caller's.
  static ByteSource of(FileChannel file) {
    return new ByteSource() {
      @Override
      public long size() throws IOException {
        return file.size();
      }

      @Override
      public int read(long position, byte[] target, int offset, int length) throws IOException {
        return file.read(ByteBuffer.wrap(target, offset, length), position);
      }
    };
  }

  /// `length` bytes from `position` on as a stream. It ends early where the source does.
  default InputStream stream(long position, long length) {
    ByteSource source = this;
    return new InputStream() {
      private final byte[] single = new byte[1];
      private long at;

      @Override
      public int read() throws IOException {
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
      }

      @Override
      public int read(byte[] target, int offset, int wanted) throws IOException {
        Objects.checkFromIndexSize(offset, wanted, target.length);
        int step = (int) Math.min(wanted, length - at);
        if (wanted == 0) {
          return 0;
        }
        int read = step == 0 ? -1 : source.read(position + at, target, offset, step);
        at += Math.max(read, 0);
        return read;
      }
    };
  }
}
