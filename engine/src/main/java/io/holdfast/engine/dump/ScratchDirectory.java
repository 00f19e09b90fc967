package io.holdfast.engine.dump;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// A directory for files that other programs read or write, for this user only. Gone after use;
/// what a crash leaves lies where the system keeps temporary files.
public record ScratchDirectory(Path path) implements AutoCloseable {
  public static ScratchDirectory make(String prefix) throws IOException {
    return new ScratchDirectory(Files.createTempDirectory(prefix));
  }

  @Override
  public void close() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(path);
  }
}
