package io.holdfast.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs a program with exactly the given environment and waits for it, at most five minutes.
final class Command {
  private static final long LIMIT_SECONDS = 300;

  /// How a program ended and what it said.
  record Ended(int status, String out, String err) {
    String all() {
      return out + err;
    }
  }

  private Command() {}

  static Ended run(Path scratch, Map<String, String> environment, List<String> command)
      throws IOException {
    Path out = Files.createTempFile(scratch, "out", ".txt");
    Path err = Files.createTempFile(scratch, "err", ".txt");
    Process process = start(environment, command, out, err);
    if (!ends(process)) {
      process.destroyForcibly();
      throw new IOException(
          command + " ran longer than " + LIMIT_SECONDS + " s: " + Files.readString(err));
    }
    Ended ended = new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    Files.delete(out);
    Files.delete(err);
    return ended;
  }

  private static boolean ends(Process process) throws IOException {
    try {
      return process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  static Process start(Map<String, String> environment, List<String> command, Path out, Path err)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(new ArrayList<>(command))
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    builder.environment().putAll(environment);
    return builder.start();
  }
}
