package io.holdfast.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/// Directories of tests. Not under `target`: the path of a server's socket must be short, and the
/// server's user must get there.
final class Scratch {
  private static final Path PARENT = Path.of("/tmp");

  private Scratch() {}

  static Path make() throws IOException {
    Path scratch = Files.createTempDirectory(PARENT, "hf-sys");
    Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
    return scratch;
  }

  /// Removes a directory and everything in it, if it exists.
  static void remove(Path directory) throws IOException {
    Command.run(PARENT, Map.of(), List.of("rm", "-rf", directory.toString()));
  }
}
