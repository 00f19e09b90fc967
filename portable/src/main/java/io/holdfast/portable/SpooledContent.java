package io.holdfast.portable;

import io.holdfast.base.SecretBytes;
import io.holdfast.portable.seal.SealKey;
import io.holdfast.portable.seal.SealedInputStream;
import io.holdfast.portable.seal.SealedOutputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Written once, then read once. Closing it forgets everything. *Confined*.
public final class SpooledContent extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 17;

  private final Spool spool;
  private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
  private @Nullable OnDisk disk;
  private long size;

  /// @param key in memory only
  private record OnDisk(FileChannel file, SealKey.RawKey key, SealedOutputStream sealed) {}

  SpooledContent(Spool spool) {
    this.spool = spool;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    size += length;
    if (disk == null && size > spool.memoryBytes()) {
      disk = begin();
      memory.writeTo(disk.sealed);
      memory.reset();
    }
    if (disk == null) {
      memory.write(bytes, offset, length);
    } else {
      disk.sealed.write(bytes, offset, length);
    }
  }

  private OnDisk begin() throws IOException {
    Path path = Files.createTempFile(spool.directory(), "holdfast-spool-", ".tmp");
    FileChannel file;
    try {
      file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      Files.delete(path);
    }
    var key = new SealKey.RawKey(new SecretBytes(spool.entropy().bytes(SealKey.KEY_BYTES)));
    OutputStream buffered = new BufferedOutputStream(Channels.newOutputStream(file), BUFFER_BYTES);
    return new OnDisk(file, key, new SealedOutputStream(buffered, key, spool.entropy()));
  }

  public long size() {
    return size;
  }

  /// What was written. Nothing can be written afterwards.
  public InputStream content() throws IOException {
    if (disk == null) {
      return new ByteArrayInputStream(memory.toByteArray());
    }
    disk.sealed.finish();
    disk.file.position(0);
    return new SealedInputStream(Channels.newInputStream(disk.file), disk.key);
  }

  @Override
  public void close() throws IOException {
    if (disk != null) {
      disk.file.close();
      disk.key.key().close();
    }
  }
}
