package io.holdfast.postgres.datadir;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// What exists on the host a cluster is restored to. Asked, not looked at, so that plans are
/// values.
@FunctionalInterface
public interface HostFiles {
  /// True if there is a file or directory of that absolute path.
  boolean exists(String path);

  /// This host.
  static HostFiles here() {
    return path -> {
      try {
        return Files.exists(Path.of(path));
      } catch (InvalidPathException e) {
        return false;
      }
    };
  }
}
