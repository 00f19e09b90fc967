package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The built `holdfast` with one repository and one key.
final class Program {
  static final Path HOME =
      Path.of("..", "distribution", "target", "holdfast").toAbsolutePath().normalize();
  static final String KEY = "00112233445566778899aabbccddeeff".repeat(2);

  private final Path scratch;
  private final Map<String, String> environment;

  Program(Path scratch) {
    this(
        scratch,
        Map.of(
            "BACKUP_DIR",
            scratch.resolve("repository").toString(),
            "BACKUP_ENCRYPTION_KEY",
            KEY,
            "TMPDIR",
            "/tmp"));
  }

  private Program(Path scratch, Map<String, String> environment) {
    this.scratch = scratch;
    this.environment = Map.copyOf(environment);
  }

  Program with(String name, String value) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.put(name, value);
    return new Program(scratch, changed);
  }

  /// The same with variables, each with `prefix` before its name.
  Program withAll(String prefix, Map<String, String> variables) {
    Map<String, String> changed = new HashMap<>(environment);
    variables.forEach((name, value) -> changed.put(prefix + name, value));
    return new Program(scratch, changed);
  }

  Program without(String name) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.remove(name);
    return new Program(scratch, changed);
  }

  /// The same with a key file in place of the key.
  Program withKeyFile(Path file) {
    return without("BACKUP_ENCRYPTION_KEY").with("BACKUP_KEY_FILE", file.toString());
  }

  Command.Ended run(String... arguments) throws IOException {
    return Command.run(scratch, environment, command(arguments));
  }

  /// Runs a command that may write no file larger than `kibibytes`.
  Command.Ended runWithFileLimit(int kibibytes, String... arguments) throws IOException {
    List<String> whole = new ArrayList<>();
    whole.addAll(List.of("bash", "-c", "ulimit -f " + kibibytes + "; exec \"$@\"", "bash"));
    whole.addAll(command(arguments));
    return Command.run(scratch, environment, whole);
  }

  /// Runs a command and expects its exit status.
  Command.Ended expect(int status, String... arguments) throws IOException {
    Command.Ended ended = run(arguments);
    assertThat(ended.status())
        .as(String.join(" ", arguments) + ": " + ended.all())
        .isEqualTo(status);
    return ended;
  }

  Process start(Path log, String... arguments) throws IOException {
    // Who runs tests in the background of a shell has them, and what they start, deaf to Ctrl-C.
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
    command.addAll(command(arguments));
    return Command.start(environment, command, log, log.resolveSibling(log.getFileName() + ".err"));
  }

  private static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(HOME.resolve("bin/holdfast").toString());
    command.addAll(List.of(arguments));
    return command;
  }
}
