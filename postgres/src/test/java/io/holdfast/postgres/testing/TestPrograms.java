package io.holdfast.postgres.testing;

import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.postgres.server.ServerPrograms;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Server programs of every version that tests use: 15 from Debian, with all tools; the others as
/// the build unpacked them, with `initdb`, `pg_ctl` and `postgres` only.
public final class TestPrograms {
  /// The version that has `pg_basebackup`, `pg_checksums` and the others.
  public static final int WITH_TOOLS = 15;

  private TestPrograms() {}

  /// The build of module `postgres` leaves archives in its `target/embedded`; tests of other
  /// modules name that directory by the property `holdfast.embedded`.
  ///
  /// @throws io.holdfast.base.BackupException with the package to install if they are missing
  public static synchronized ServerPrograms of(int majorVersion) throws IOException {
    if (majorVersion == WITH_TOOLS) {
      return InstalledServers.find(Map.of()).require(majorVersion);
    }
    Path directory = directory(majorVersion);
    Path unpacked = MadeOnce.at(directory.resolve("unpacked"), () -> unpacked(directory));
    return InstalledServers.in(List.of(unpacked.resolve("bin"))).require(majorVersion);
  }

  private static Path directory(int majorVersion) {
    return Path.of(System.getProperty("holdfast.embedded", "target/embedded"))
        .resolve(Integer.toString(majorVersion))
        .toAbsolutePath()
        .normalize();
  }

  private static Path unpacked(Path directory) throws IOException {
    Path making = Files.createTempDirectory(directory, "unpacking");
    Files.setPosixFilePermissions(making, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (DirectoryStream<Path> archives = Files.newDirectoryStream(directory, "*.txz")) {
      for (Path archive : archives) {
        run(List.of("tar", "-xJf", archive.toString(), "-C", making.toString()));
      }
    }
    return making;
  }

  /// Runs a command, expects success and returns what it printed.
  public static String run(List<String> command) throws IOException {
    Path output = Files.createTempFile("command", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(120, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(command + " did not end");
      }
      String text = Files.readString(output, java.nio.charset.StandardCharsets.ISO_8859_1);
      if (process.exitValue() != 0) {
        throw new IOException(command + " ended with " + process.exitValue() + ": " + text);
      }
      return text;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      Files.deleteIfExists(output);
    }
  }
}
