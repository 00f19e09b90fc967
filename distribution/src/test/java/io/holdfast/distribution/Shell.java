package io.holdfast.distribution;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs a process in a given directory with nothing but the given environment.
record Shell(Path directory, Map<String, String> environment) {
  private static final long TIMEOUT_SECONDS = 60;

  /// What a finished process said and how it ended.
  record Outcome(int exitCode, String out, String err) {}

  Outcome run(String... command) throws IOException, InterruptedException {
    return run(List.of(command));
  }

  Outcome run(List<String> command) throws IOException, InterruptedException {
    Path out = Files.createTempFile(directory, "out", ".txt");
    Path err = Files.createTempFile(directory, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException(command + " did not end in " + TIMEOUT_SECONDS + " s");
    }
    Outcome outcome = new Outcome(process.exitValue(), readAll(out), readAll(err));
    Files.delete(out);
    Files.delete(err);
    return outcome;
  }

  private static String readAll(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
