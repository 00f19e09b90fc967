package io.holdfast.engine.portable;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A file that appears when it is whole. Until then it has another name, in the same directory and
/// for its owner only; closing it unpublished removes it. After a crash it may stay behind as
/// `.NAME.…holdfast-tmp`.
public final class NewFile implements AutoCloseable {
  private final @Nullable Path target;
  private final Path temporary;
  private final Existing existing;
  private final FileChannel channel;

  private NewFile(@Nullable Path target, Path temporary, Existing existing, FileChannel channel) {
    this.target = target;
    this.temporary = temporary;
    this.existing = existing;
    this.channel = channel;
  }

  /// @throws BackupException `FILE_EXISTS`, before any work is done
  public static NewFile create(Path target, Existing existing) throws IOException {
    if (existing == Existing.REFUSE && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw exists(target, null);
    }
    Path directory = Objects.requireNonNull(target.toAbsolutePath().getParent(), "a directory");
    Path temporary =
        Files.createTempFile(directory, "." + target.getFileName() + ".", ".holdfast-tmp");
    FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new NewFile(target.toAbsolutePath(), temporary, existing, channel);
  }

  /// A file that gets its name when it is published.
  ///
  /// @param directory in which it lies until then
  public static NewFile unnamed(Path directory) throws IOException {
    Path temporary = Files.createTempFile(directory.toAbsolutePath(), ".new.", ".holdfast-tmp");
    FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new NewFile(null, temporary, Existing.REFUSE, channel);
  }

  private static BackupException exists(Path target, @Nullable IOException cause) {
    return new BackupException(
        ErrorCode.FILE_EXISTS,
        target + " exists already",
        "Give another name with --to, or replace it with --overwrite.",
        cause);
  }

  public FileChannel channel() {
    return channel;
  }

  /// Gives it its name, durably. If that is taken meanwhile it is refused, unless it may be
  /// replaced.
  void publish() throws IOException {
    publish(Objects.requireNonNull(target, "a file without a name is published under one"));
  }

  /// As [#publish()], under a name in the same directory.
  public void publish(Path named) throws IOException {
    Path target = named.toAbsolutePath();
    channel.force(true);
    switch (existing) {
      case REPLACE -> Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      case REFUSE -> link(target);
    }
    Path directory = Objects.requireNonNull(target.getParent(), "a directory");
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  /// Unlike a rename, a link never replaces.
  private void link(Path target) throws IOException {
    try {
      Files.createLink(target, temporary);
    } catch (FileAlreadyExistsException e) {
      throw exists(target, e);
    } catch (UnsupportedOperationException | java.nio.file.FileSystemException _) {
      // A file system without hard links, such as FAT: look, then rename.
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        throw exists(target, null);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(temporary);
  }
}
