package io.holdfast.engine.restore;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs a program as the user who will own a restored cluster, in an empty environment, as the
/// server will.
final class OwnersCommand {
  private static final long LIMIT_SECONDS = 120;
  private static final int OUTPUT_BYTES_MAX = 4096;
  private static final List<Path> SETPRIV =
      List.of(Path.of("/usr/bin/setpriv"), Path.of("/bin/setpriv"));

  private OwnersCommand() {}

  /// What became of it.
  sealed interface Outcome {
    /// @param output the end of what it said
    record Ended(int status, String output) implements Outcome {}

    /// This process cannot become that user.
    record CannotTry(String why) implements Outcome {}
  }

  static Outcome run(Owner owner, Path directory, List<String> command) throws IOException {
    List<String> whole = new ArrayList<>();
    switch (owner) {
      case Owner.Ourselves _ -> {}
      case Owner.Other other -> {
        var setpriv = SETPRIV.stream().filter(Files::isExecutable).findFirst();
        if (setpriv.isEmpty()) {
          return new Outcome.CannotTry("setpriv is not installed");
        }
        whole.addAll(
            List.of(
                setpriv.get().toString(),
                "--reuid=" + other.user().getName(),
                "--regid=" + other.group().getName(),
                "--init-groups",
                "--"));
      }
    }
    whole.addAll(command);
    return ended(directory, whole);
  }

  private static Outcome ended(Path directory, List<String> command) throws IOException {
    Path output = Files.createTempFile("holdfast-probe", ".out");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(output.toFile());
      builder.environment().clear();
      Process process = builder.start();
      try {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
          return new Outcome.Ended(-1, "it ran longer than " + LIMIT_SECONDS + " s");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while " + command.getFirst() + " ran");
      } finally {
        process.destroyForcibly();
      }
      try (InputStream in = Files.newInputStream(output)) {
        String text = new String(in.readNBytes(OUTPUT_BYTES_MAX), StandardCharsets.UTF_8);
        return new Outcome.Ended(process.exitValue(), text.strip().replace("\n", " "));
      }
    } finally {
      Files.deleteIfExists(output);
    }
  }
}
