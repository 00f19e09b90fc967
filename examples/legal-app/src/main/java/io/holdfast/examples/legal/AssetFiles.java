package io.holdfast.examples.legal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where recordings and document files go.
public sealed interface AssetFiles {
  /// Rows name files, but none are written.
  record Nowhere() implements AssetFiles {}

  /// Each file lies under this directory, at the path that is its key.
  record In(Path directory) implements AssetFiles {}

  /// Writes the file `key`, which may be there already.
  default void write(String key, byte[] content) throws IOException {
    switch (this) {
      case Nowhere() -> {}
      case In(Path directory) -> {
        Path file = directory.resolve(key);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
      }
    }
  }
}
