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
  private final Map<String, String> environment = new HashMap<>();

  Program(Path scratch) {
    this.scratch = scratch;
    environment.put("BACKUP_DIR", scratch.resolve("repository").toString());
    environment.put("BACKUP_ENCRYPTION_KEY", KEY);
    environment.put("TMPDIR", "/tmp");
  }

  Program with(String name, String value) {
    Program other = new Program(scratch);
    other.environment.putAll(environment);
    other.environment.put(name, value);
    return other;
  }

  /// The same with a key file in place of the key.
  Program withKeyFile(Path file) {
    Program other = with("BACKUP_KEY_FILE", file.toString());
    other.environment.remove("BACKUP_ENCRYPTION_KEY");
    return other;
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
    return Command.start(
        environment, command(arguments), log, log.resolveSibling(log.getFileName() + ".err"));
  }

  private static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(HOME.resolve("bin/holdfast").toString());
    command.addAll(List.of(arguments));
    return command;
  }
}
