package io.holdfast.engine.export;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/// A directory of files that appears when it is whole. Until then it has another name, beside it
/// and for its owner only; closing it unpublished removes it. After a crash it may stay behind as
/// `.NAME.…holdfast-tmp`.
final class NewDirectory implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 17;
  private static final int TRIES = 1000;
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path target;
  private final Path temporary;

  private NewDirectory(Path target, Path temporary) {
    this.target = target;
    this.temporary = temporary;
  }

  /// @throws BackupException `TARGET_NOT_EMPTY`, before any work is done
  static NewDirectory create(Path named) throws IOException {
    Path target = named.toAbsolutePath().normalize();
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) && !isEmpty(target)) {
      throw new BackupException(
          ErrorCode.TARGET_NOT_EMPTY,
          target + " exists already and is no empty directory",
          "Name a new directory with --to.");
    }
    Path parent = Objects.requireNonNull(target.getParent(), "a directory");
    String name = "." + target.getFileName() + ".";
    for (int number = 0; number < TRIES; number++) {
      Path temporary = parent.resolve(name + number + ".holdfast-tmp");
      if (!Files.exists(temporary, LinkOption.NOFOLLOW_LINKS)) {
        return new NewDirectory(target, Files.createDirectory(temporary, OWNER_ONLY));
      }
    }
    throw new BackupException(
        ErrorCode.TARGET_NOT_EMPTY,
        parent + " has a thousand directories that were never finished",
        "Remove those whose names end with .holdfast-tmp.");
  }

  private static boolean isEmpty(Path path) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      return !entries.iterator().hasNext();
    }
  }

  /// What writes a file.
  @FunctionalInterface
  interface Content {
    void write(OutputStream out) throws IOException;
  }

  /// Writes a file, durably.
  ///
  /// @return its length
  long write(String name, Content content) throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                temporary.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out =
            new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES)) {
      content.write(out);
      out.flush();
      channel.force(true);
      return channel.size();
    }
  }

  /// Gives it its name, durably. A directory in its place must still be empty.
  void publish() throws IOException {
    sync(temporary);
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    sync(Objects.requireNonNull(target.getParent(), "a directory"));
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    if (!Files.isDirectory(temporary, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(temporary)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(temporary);
  }
}
