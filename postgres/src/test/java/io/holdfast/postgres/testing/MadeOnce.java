package io.holdfast.postgres.testing;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Directories that all test processes of a build need and one of them makes.
final class MadeOnce {
  private MadeOnce() {}

  /// Makes what is to become the directory.
  @FunctionalInterface
  interface Making {
    /// @return where it was made; moved into its place whole
    Path make() throws IOException;
  }

  /// The directory, made by whoever comes first; the others wait for that.
  static synchronized Path at(Path directory, Making making) throws IOException {
    if (Files.isDirectory(directory)) {
      return directory;
    }
    Files.createDirectories(directory.getParent());
    try (FileChannel file =
            FileChannel.open(
                directory.resolveSibling(directory.getFileName() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock _ = file.lock()) {
      if (!Files.isDirectory(directory)) {
        Files.move(making.make(), directory);
      }
    }
    return directory;
  }
}
