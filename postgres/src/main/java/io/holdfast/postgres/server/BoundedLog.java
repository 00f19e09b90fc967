package io.holdfast.postgres.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A server's log, which only we can read: a file, and the one before it. Both together have twice
/// the limit at most.
final class BoundedLog {
  private static final Logger LOG = LoggerFactory.getLogger(BoundedLog.class);
  private static final int BUFFER_BYTES = 8 << 10;

  private final Path file;
  private final long bytesMax;

  /// @param file what is in it already counts; the one before it has `.1` added to its name
  BoundedLog(Path file, long bytesMax) {
    this.file = file;
    this.bytesMax = bytesMax;
  }

  /// Adds everything that comes, until the end. Where it cannot be written, for example on a full
  /// disk, it is still read: a server whose log nobody reads stands still.
  void drain(InputStream in) {
    byte[] buffer = new byte[BUFFER_BYTES];
    boolean failing = false;
    for (int read = next(in, buffer); read >= 0; read = next(in, buffer)) {
      try {
        append(ByteBuffer.wrap(buffer, 0, read));
        failing = false;
      } catch (IOException e) {
        if (!failing) {
          LOG.warn("the log of PostgreSQL cannot be written to {}: {}", file, e.getMessage());
        }
        failing = true;
      }
    }
  }

  /// The end of a process closes its pipe, which a reader may see as a failure.
  private static int next(InputStream in, byte[] buffer) {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      LOG.debug("the log of PostgreSQL ends", e);
      return -1;
    }
  }

  private void append(ByteBuffer bytes) throws IOException {
    if (Files.exists(file) && Files.size(file) + bytes.remaining() > bytesMax) {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".1"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }
}
