package io.holdfast.engine.restore;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/// Writes one restored file after the other, each synced before the next begins. Never follows a
/// link and never writes over something that is there. *Confined* to one worker; it owns one extent
/// buffer.
final class FileWriter {
  private final TreeReader tree;
  private final Owner owner;
  private final byte[] extent;

  FileWriter(TreeReader tree, Owner owner, int extentBytes) {
    this.tree = tree;
    this.owner = owner;
    this.extent = new byte[extentBytes];
  }

  void write(TreeFile file, Path target, LongConsumer bytesWritten) throws IOException {
    try (FileChannel channel = FileChannel.open(target, Set.of(CREATE_NEW, WRITE), ownerOnly())) {
      long offset = 0;
      for (long index = 0; index < file.extents(); index++) {
        int length = tree.readExtent(file, index, extent);
        if (!isZero(extent, length)) {
          writeFully(channel, offset, length);
        }
        offset += length;
        bytesWritten.accept(length);
      }
      if (offset != file.entry().size()) {
        throw new IOException(
            "file "
                + file.entry().path()
                + " has "
                + offset
                + " bytes, its entry says "
                + file.entry().size());
      }
      setLength(channel, offset);
      finish(target, file.entry().mode(), file.entry().mtimeSeconds());
      channel.force(true);
    }
  }

  private void finish(Path target, int mode, long mtimeSeconds) throws IOException {
    Files.setPosixFilePermissions(target, permissions(mode));
    owner.give(target);
    Files.setLastModifiedTime(target, FileTime.from(mtimeSeconds, TimeUnit.SECONDS));
  }

  private void writeFully(FileChannel channel, long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(extent, 0, length);
    long position = offset;
    while (buffer.hasRemaining()) {
      position += channel.write(buffer, position);
    }
  }

  /// Zeros at the end are left out, so the file may be short of its size: one zero byte at the end
  /// sets it.
  private static void setLength(FileChannel channel, long bytes) throws IOException {
    if (channel.size() < bytes) {
      channel.write(ByteBuffer.allocate(1), bytes - 1);
    }
  }

  private static boolean isZero(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static java.nio.file.attribute.FileAttribute<?> ownerOnly() {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  }

  static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> result = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] byBit = {
      PosixFilePermission.OTHERS_EXECUTE,
      PosixFilePermission.OTHERS_WRITE,
      PosixFilePermission.OTHERS_READ,
      PosixFilePermission.GROUP_EXECUTE,
      PosixFilePermission.GROUP_WRITE,
      PosixFilePermission.GROUP_READ,
      PosixFilePermission.OWNER_EXECUTE,
      PosixFilePermission.OWNER_WRITE,
      PosixFilePermission.OWNER_READ
    };
    for (int bit = 0; bit < byBit.length; bit++) {
      if ((mode & 1 << bit) != 0) {
        result.add(byBit[bit]);
      }
    }
    return result;
  }

  /// Makes the entries of a directory durable.
  static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, READ)) {
      channel.force(true);
    }
  }
}
