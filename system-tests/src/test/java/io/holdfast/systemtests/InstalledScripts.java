package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The scripts of `scripts/backup` in an installation whose folder has a name that a careless shell
/// would run, with a `holdfast` that writes its arguments down before it starts.
final class InstalledScripts {
  /// A name for a folder; a shell that took it for a command would make a file `harm` at home.
  static final String HOSTILE = "it's; cd; touch harm #100%";

  private static final Path CHECKOUT = Path.of("..", "scripts", "backup");

  private final Path scratch;
  private final Path folder;
  private final Map<String, String> environment = new HashMap<>();

  private InstalledScripts(Path scratch, Path folder) {
    this.scratch = scratch;
    this.folder = folder;
  }

  /// Copies them.
  ///
  /// @param name of the folder of the installation, below `scratch`
  static InstalledScripts create(Path scratch, String name) throws IOException {
    Path root = Files.createDirectory(scratch.resolve(name));
    InstalledScripts scripts = new InstalledScripts(scratch, root.resolve("scripts/backup"));
    Files.createDirectories(scripts.folder);
    for (Path file : shipped()) {
      Path copy = scripts.folder.resolve(CHECKOUT.relativize(file).toString());
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy);
    }
    scripts.program(
        root.resolve("holdfast"),
        """
        #!/bin/sh
        printf '%%s\\n' "$@" >>'%s'
        exec '%s' "$@"
        """
            .formatted(scripts.argumentsFile(), Program.HOME.resolve("bin/holdfast")));
    scripts.environment.put("HOME", scratch.toString());
    return scripts;
  }

  /// What of the checkout is shipped: not what somebody made beside it by using it.
  private static List<Path> shipped() throws IOException {
    try (Stream<Path> files = Files.walk(CHECKOUT)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.toString().matches(".*(\\.sh|\\.example|/README\\.md)"))
          .sorted()
          .toList();
    }
  }

  /// Every script that can be called, by its path in the folder.
  static List<String> names() throws IOException {
    return shipped().stream()
        .map(file -> CHECKOUT.relativize(file).toString())
        .filter(file -> file.endsWith(".sh") && !file.matches("(.*/)?lib(-cron)?\\.sh"))
        .toList();
  }

  Path folder() {
    return folder;
  }

  InstalledScripts with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  InstalledScripts without(String name) {
    environment.remove(name);
    return this;
  }

  /// Writes the settings that lie beside the scripts.
  void settings(String text) throws IOException {
    Path file = folder.resolve(".env");
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  /// A program in a directory that is first on the path.
  void programOnPath(String name, String text) throws IOException {
    Path directory = Files.createDirectories(scratch.resolve("programs"));
    program(directory.resolve(name), text);
    environment.put("PATH", directory + ":/usr/bin:/bin");
  }

  private void program(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  Command.Ended run(String script, String... arguments) throws IOException {
    return Command.run(scratch, environment, command(script, arguments));
  }

  /// Runs one and expects its exit status.
  Command.Ended expect(int status, String script, String... arguments) throws IOException {
    Command.Ended ended = run(script, arguments);
    assertThat(ended.status())
        .as("%s %s: %s", script, List.of(arguments), ended.all())
        .isEqualTo(status);
    return ended;
  }

  Process start(Path log, String script, String... arguments) throws IOException {
    return Command.start(environment, command(script, arguments), log, Path.of(log + ".err"));
  }

  private List<String> command(String script, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(folder.resolve(script).toString());
    command.addAll(List.of(arguments));
    return command;
  }

  /// Runs a command line as cron does, after it has taken the line apart.
  Command.Ended runByCron(String commandLine) throws IOException {
    return Command.run(
        scratch,
        Map.of("HOME", scratch.toString(), "PATH", "/usr/bin:/bin"),
        List.of("/bin/sh", "-c", commandLine.replace("\\%", "%")));
  }

  /// Every argument that `holdfast` was started with so far, one a line.
  String arguments() throws IOException {
    return Files.exists(argumentsFile()) ? Files.readString(argumentsFile()) : "";
  }

  private Path argumentsFile() {
    return scratch.resolve("arguments");
  }
}
