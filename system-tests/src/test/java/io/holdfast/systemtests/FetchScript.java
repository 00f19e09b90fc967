package io.holdfast.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/// A `restore_command` that runs the built `holdfast wal fetch`, with the environment that a server
/// lacks, writes down how each call ended, and can be told to let a disaster happen after so many
/// files.
final class FetchScript {
  private final Path directory;
  private final Path script;

  /// How one call ended.
  record Call(String file, int status) {}

  private FetchScript(Path directory) {
    this.directory = directory;
    this.script = directory.resolve("fetch.sh");
  }

  /// Makes the script.
  ///
  /// @param directory is made, and given to the server
  static FetchScript create(Path directory, Path repository) throws IOException {
    Files.createDirectory(directory);
    FetchScript fetch = new FetchScript(directory);
    fetch.write(
        "fetch.sh",
        """
        #!/bin/sh
        cd %1$s || exit 200
        . ./environment.sh
        if [ -e disaster.sh ] && [ "$(grep -c ' 0$' calls)" -ge "$(cat strike-after)" ]; then
          . ./disaster.sh && rm disaster.sh
        fi
        case $2 in /*) to=$2 ;; *) to=$OLDPWD/$2 ;; esac
        %2$s/bin/holdfast wal fetch "$1" "$to" 2>>messages
        status=$?
        echo "$1 $status" >>calls
        exit $status
        """
            .formatted(directory, Program.HOME));
    fetch.environment(
        Map.of(
            "BACKUP_DIR",
            repository.toString(),
            "BACKUP_ENCRYPTION_KEY",
            Program.KEY,
            "TMPDIR",
            "/tmp"));
    fetch.write("calls", "");
    fetch.write("messages", "");
    Cluster.giveToServer(directory);
    return fetch;
  }

  /// For `restore_command`.
  String command() {
    return script + " %f %p";
  }

  /// What the script exports before each fetch.
  void environment(Map<String, String> variables) throws IOException {
    StringBuilder text = new StringBuilder();
    variables.forEach((name, value) -> text.append("export %s='%s'%n".formatted(name, value)));
    write("environment.sh", text.toString());
  }

  /// Forgets the calls so far, and runs shell commands before the first call that follows on
  /// `after` files.
  void strike(int after, String commands) throws IOException {
    write("calls", "");
    write("messages", "");
    write("strike-after", Integer.toString(after));
    write("disaster.sh", commands + "\n");
    Cluster.giveToServer(directory);
  }

  boolean hasStruck() {
    return Files.notExists(directory.resolve("disaster.sh"));
  }

  List<Call> calls() throws IOException {
    return Files.readAllLines(directory.resolve("calls")).stream()
        .map(line -> line.split(" "))
        .map(words -> new Call(words[0], Integer.parseInt(words[1])))
        .toList();
  }

  String messages() throws IOException {
    return Files.readString(directory.resolve("messages"));
  }

  /// Runs it as the server does.
  Command.Ended run(String file, Path destination) throws IOException {
    return Command.run(
        Path.of("/tmp"),
        Map.of(),
        Cluster.asServer(List.of(script.toString(), file, destination.toString())));
  }

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
