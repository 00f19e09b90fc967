package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.wal.WalConsumer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.Supplier;

/// A segment's file that the server hands over, read piece by piece. *Confined.*
final class PushedSegment implements AutoCloseable {
  private static final int BYTES_MIN = 1 << 20;
  private static final int BYTES_MAX = 1 << 30;

  private final Path file;
  private final FileChannel channel;
  private final int bytes;

  private PushedSegment(Path file, FileChannel channel, int bytes) {
    this.file = file;
    this.channel = channel;
    this.bytes = bytes;
  }

  /// @throws BackupException `WAL_CORRUPT` if no segment has the file's length
  static PushedSegment open(Path file) throws IOException {
    requireFile(file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      long length = channel.size();
      if (length < BYTES_MIN || length > BYTES_MAX || Long.bitCount(length) != 1) {
        throw notWhole(file + " has " + length + " bytes, which no WAL segment has");
      }
      return new PushedSegment(file, channel, (int) length);
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  /// Requires a file, or a link to one: a pipe would be waited for.
  ///
  /// @throws BackupException `BAD_ARGUMENT`
  static void requireFile(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          file + " is not a file",
          "Use archive_command = 'holdfast wal push %p'.");
    }
  }

  int bytes() {
    return bytes;
  }

  /// Reads `length` bytes from a position in the file into the beginning of `target`.
  void read(int position, byte[] target, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int step = Math.min(FileSteps.BYTES, length - done);
      int count = channel.read(ByteBuffer.wrap(target, done, step), position + done);
      if (count < 0) {
        throw notWhole(file + " ends after " + (position + done) + " bytes, it had " + bytes);
      }
      done += count;
    }
  }

  /// Compares the file from its beginning with what is handed over.
  ///
  /// @param different makes the failure if a byte is not the same
  WalConsumer comparison(Supplier<BackupException> different) {
    return new WalConsumer() {
      private final byte[] own = new byte[FileSteps.BYTES];
      private int compared;

      @Override
      public void accept(byte[] wal, int offset, int length) throws IOException {
        for (int done = 0; done < length; ) {
          int step = Math.min(own.length, length - done);
          read(compared, own, step);
          int from = offset + done;
          if (!Arrays.equals(own, 0, step, wal, from, from + step)) {
            throw different.get();
          }
          compared += step;
          done += step;
        }
      }
    };
  }

  private static BackupException notWhole(String message) {
    return new BackupException(
        ErrorCode.WAL_CORRUPT, message, "The file is not whole; PostgreSQL will try again.");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
