package io.holdfast.cli;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.config.Environment;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/// A command line whose streams a test reads.
final class TestContext {
  final ByteArrayOutputStream out = new ByteArrayOutputStream();
  final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CommandContext context;

  TestContext(Map<String, String> environment, Path workingDirectory) {
    this(environment, workingDirectory, Seeds.entropy(1));
  }

  /// For commands that make keys and ids one after the other.
  TestContext(Map<String, String> environment, Path workingDirectory, Entropy entropy) {
    this(environment, workingDirectory, entropy, InstantSource.system());
  }

  /// For commands that are run years later.
  TestContext(
      Map<String, String> environment,
      Path workingDirectory,
      Entropy entropy,
      InstantSource clock) {
    this(environment, workingDirectory, entropy, clock, InputStream.nullInputStream());
  }

  /// For commands that read standard input.
  TestContext(
      Map<String, String> environment,
      Path workingDirectory,
      Entropy entropy,
      InstantSource clock,
      InputStream in) {
    context =
        new CommandContext(
            in,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            new Environment(environment),
            workingDirectory,
            clock,
            entropy,
            new Cancellation(),
            CommandContext.Terminal.NONE);
  }

  static CommandContext silent() {
    return new TestContext(Map.of(), Path.of("").toAbsolutePath()).context;
  }

  int run(String... args) {
    return Main.run(args, context);
  }

  String stdout() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String stderr() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
