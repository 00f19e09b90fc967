package io.holdfast.systemtests;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/// A small file system of its own, which can become full. Closing unmounts it.
final class SmallDisk implements AutoCloseable {
  private static final Path TMP = Path.of("/tmp");
  private static final int PIECE = 64 << 10;

  private final Path root;

  private SmallDisk(Path root) {
    this.root = root;
  }

  /// Mounts one, or skips the test where that is not permitted.
  static SmallDisk mount(Path root, int mebibytes) throws IOException {
    Files.createDirectory(root);
    Command.Ended ended =
        Command.run(
            TMP,
            Map.of(),
            List.of(
                "mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", root.toString()));
    Assumptions.assumeTrue(
        ended.status() == 0,
        () -> "skipped: mounting a small file system is not permitted here: " + ended.all());
    return new SmallDisk(root);
  }

  Path root() {
    return root;
  }

  /// Lets somebody else write until only `left` bytes are free.
  void fill(long left) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    try (FileChannel file =
        FileChannel.open(
            root.resolve("filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (free() > left) {
        piece.clear().limit((int) Math.min(PIECE, free() - left));
        file.write(piece);
      }
    }
  }

  /// Takes away what [#fill] wrote.
  void clear() throws IOException {
    Files.delete(root.resolve("filler"));
  }

  /// Makes the file system so small that only a little is free.
  void shrink() throws IOException {
    for (int attempt = 0; attempt < 20; attempt++) {
      FileStore store = Files.getFileStore(root);
      long size = store.getTotalSpace() - store.getUsableSpace() + (1 << 20);
      Command.Ended ended =
          Command.run(
              TMP, Map.of(), List.of("mount", "-o", "remount,size=" + size, root.toString()));
      if (ended.status() == 0) {
        return;
      }
    }
    throw new IOException(root + " could not be made smaller");
  }

  long free() throws IOException {
    return Files.getFileStore(root).getUsableSpace();
  }

  @Override
  public void close() throws IOException {
    Command.run(TMP, Map.of(), List.of("umount", "-l", root.toString()));
  }
}
