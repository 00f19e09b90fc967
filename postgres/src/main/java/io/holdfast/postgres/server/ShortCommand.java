package io.holdfast.postgres.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs a program that ends soon and says little. Its output goes through a file, so that no thread
/// has to read along. Its environment is empty but for the path: ours holds keys and passwords.
public final class ShortCommand {
  private static final int MOST_OUTPUT_BYTES = 64 * 1024;

  private ShortCommand() {}

  /// How it ended, and what it printed on both streams.
  public record Outcome(int status, String output) {}

  /// @throws IOException if it cannot be started or does not end in time
  public static Outcome run(List<String> command, Duration limit) throws IOException {
    return run(new ProcessBuilder(command), limit);
  }

  /// As above, in a working directory that the program's user can reach.
  public static Outcome run(List<String> command, Path directory, Duration limit)
      throws IOException {
    return run(new ProcessBuilder(command).directory(directory.toFile()), limit);
  }

  private static Outcome run(ProcessBuilder builder, Duration limit) throws IOException {
    String program = builder.command().getFirst();
    Path output = Files.createTempFile("holdfast-command", ".out");
    try {
      builder
          .redirectErrorStream(true)
          .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
          .redirectOutput(output.toFile());
      builder.environment().clear();
      builder.environment().putAll(Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C"));
      Process process = builder.start();
      try {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new IOException(program + " did not end within " + limit);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while " + program + " ran");
      } finally {
        process.destroyForcibly();
      }
      try (InputStream in = Files.newInputStream(output)) {
        return new Outcome(
            process.exitValue(),
            new String(in.readNBytes(MOST_OUTPUT_BYTES), StandardCharsets.UTF_8));
      }
    } finally {
      Files.deleteIfExists(output);
    }
  }
}
