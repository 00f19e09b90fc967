package io.holdfast.postgres.client;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.postgres.server.ShortCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The client programs of one version of PostgreSQL on this host.
///
/// @param version in full, such as `15.18`
public record ClientPrograms(int majorVersion, String version, Path directory) {
  private static final int NEW_SETTINGS = 17;
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Pattern VERSION =
      Pattern.compile("pg_dump \\(PostgreSQL\\) ((\\d+)\\S*).*", Pattern.DOTALL);

  /// Those of the version of a server, else of the next newer one: a client program can dump
  /// servers of its own version and older ones. Those of 17 and newer do not do for servers of 16
  /// and older: what they write cannot be restored there.
  ///
  /// @param environment of this process; `HOLDFAST_PG_BIN` and `PATH` are used
  /// @throws BackupException `SERVER_PROGRAM_MISSING` that names what to install
  public static ClientPrograms require(int serverMajor, Map<String, String> environment)
      throws IOException {
    List<ClientPrograms> found =
        InstalledServers.directories(environment).stream()
            .flatMap(directory -> in(directory).stream())
            .toList();
    return found.stream()
        .filter(programs -> programs.majorVersion >= serverMajor)
        // What newer ones write begins with a setting that older servers do not know.
        .filter(programs -> serverMajor >= NEW_SETTINGS || programs.majorVersion < NEW_SETTINGS)
        .min(Comparator.comparingInt(ClientPrograms::majorVersion))
        .orElseThrow(() -> missing(serverMajor, found));
  }

  /// What a directory holds, if its `pg_dump` runs here.
  static Optional<ClientPrograms> in(Path directory) {
    Path program = directory.resolve(ClientProgram.PG_DUMP.fileName());
    if (!Files.isExecutable(program)) {
      return Optional.empty();
    }
    try {
      ShortCommand.Outcome outcome =
          ShortCommand.run(List.of(program.toString(), "--version"), LIMIT);
      Matcher version = VERSION.matcher(outcome.output().strip());
      return outcome.status() == 0 && version.matches()
          ? Optional.of(
              new ClientPrograms(
                  Integer.parseInt(version.group(2)), version.group(1), directory.toAbsolutePath()))
          : Optional.empty();
    } catch (IOException _) {
      // Built for another machine: as if it were not there.
      return Optional.empty();
    }
  }

  private static BackupException missing(int serverMajor, List<ClientPrograms> found) {
    String versions =
        found.isEmpty()
            ? "none"
            : String.join(", ", found.stream().map(ClientPrograms::version).distinct().toList());
    return new BackupException(
        ErrorCode.SERVER_PROGRAM_MISSING,
        "the client programs of PostgreSQL "
            + serverMajor
            + (serverMajor < NEW_SETTINGS ? " to 16" : " or newer")
            + " (pg_dump, pg_restore) are not on this host (found: "
            + versions
            + ")",
        "Install the package postgresql-client-"
            + serverMajor
            + " (Debian, Ubuntu) or postgresql"
            + serverMajor
            + " (Red Hat), or set "
            + InstalledServers.DIRECTORIES_VARIABLE
            + " to their directory.");
  }

  /// The path of a program.
  public Path path(ClientProgram program) {
    return directory.resolve(program.fileName());
  }
}
