package io.holdfast.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The changes that a local store makes to a file system, one method each. Tests put a crash, a
/// full disk or a loss of power between any two of them.
interface FileSteps {
  /// Makes one directory that only its owner may enter.
  void createDirectory(Path directory) throws IOException;

  /// Makes a file that was not there and that only its owner may read.
  NewFile createFile(Path file) throws IOException;

  /// Gives `existing` a second name; fails if `name` is taken.
  void link(Path existing, Path name) throws IOException;

  /// Removes a name; `NoSuchFileException` if there is none.
  void delete(Path name) throws IOException;

  /// Makes the names in a directory durable.
  void syncDirectory(Path directory) throws IOException;

  /// A file being written.
  interface NewFile extends Closeable {
    /// Writes all remaining bytes.
    void write(ByteBuffer slice) throws IOException;

    /// Makes the bytes written so far durable.
    void sync() throws IOException;
  }

  /// The file system itself.
  FileSteps REAL =
      new FileSteps() {
        @Override
        public void createDirectory(Path directory) throws IOException {
          Files.createDirectory(
              directory,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }

        @Override
        public NewFile createFile(Path file) throws IOException {
          return new ChannelFile(
              FileChannel.open(
                  file,
                  Set.of(
                      StandardOpenOption.CREATE_NEW,
                      StandardOpenOption.WRITE,
                      LinkOption.NOFOLLOW_LINKS),
                  PosixFilePermissions.asFileAttribute(
                      PosixFilePermissions.fromString("rw-------"))));
        }

        @Override
        public void link(Path existing, Path name) throws IOException {
          Files.createLink(name, existing);
        }

        @Override
        public void delete(Path name) throws IOException {
          Files.delete(name);
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
          try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
          }
        }
      };

  /// A file written through a channel.
  record ChannelFile(FileChannel channel) implements NewFile {
    @Override
    public void write(ByteBuffer slice) throws IOException {
      while (slice.hasRemaining()) {
        int _ = channel.write(slice);
      }
    }

    @Override
    public void sync() throws IOException {
      channel.force(true);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
