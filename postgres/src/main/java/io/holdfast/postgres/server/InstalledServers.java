package io.holdfast.postgres.server;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The PostgreSQL versions installed on this host, in the order in which they were looked for:
/// named directories first, then where distributions put them, then `PATH`.
public record InstalledServers(List<ServerPrograms> servers) {
  /// Environment variable with directories of programs, separated by `:`.
  public static final String DIRECTORIES_VARIABLE = "HOLDFAST_PG_BIN";

  private static final Logger LOG = LoggerFactory.getLogger(InstalledServers.class);
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int MOST_DIRECTORIES = 200;
  private static final Pattern VERSION =
      Pattern.compile("postgres \\(PostgreSQL\\) ((\\d+)[^\\s]*).*", Pattern.DOTALL);
  private static final List<String> DISTRIBUTION_PLACES =
      List.of(
          "/usr/lib/postgresql/*/bin",
          "/usr/pgsql-*/bin",
          "/usr/libexec/postgresql*",
          "/opt/homebrew/opt/postgresql@*/bin",
          "/usr/local/pgsql/bin");

  public InstalledServers {
    servers = List.copyOf(servers);
  }

  /// Looks for programs.
  ///
  /// @param environment of this process; `HOLDFAST_PG_BIN` and `PATH` are used
  public static InstalledServers find(Map<String, String> environment) throws IOException {
    return in(directories(environment));
  }

  /// Where programs of PostgreSQL may be, in the order in which they are looked for.
  public static List<Path> directories(Map<String, String> environment) throws IOException {
    List<Path> directories = new ArrayList<>();
    addAll(directories, environment.getOrDefault(DIRECTORIES_VARIABLE, ""));
    for (String place : DISTRIBUTION_PLACES) {
      directories.addAll(expand(place));
    }
    List<Path> onPath = new ArrayList<>();
    addAll(onPath, environment.getOrDefault("PATH", ""));
    directories.addAll(onPath);
    for (Path directory : onPath) {
      configuredDirectory(directory).ifPresent(directories::add);
    }
    return directories.stream().distinct().limit(MOST_DIRECTORIES).toList();
  }

  /// Looks in these directories only. One that holds no `postgres` is passed over.
  public static InstalledServers in(List<Path> directories) throws IOException {
    Map<Path, ServerPrograms> found = new LinkedHashMap<>();
    for (Path directory : directories.stream().limit(MOST_DIRECTORIES).toList()) {
      Path program = directory.resolve("postgres");
      if (Files.isExecutable(program) && !found.containsKey(program.toRealPath())) {
        Optional<ServerPrograms> programs = ask(directory.toAbsolutePath());
        if (programs.isPresent()) {
          found.put(program.toRealPath(), programs.get());
        }
      }
    }
    return new InstalledServers(List.copyOf(found.values()));
  }

  /// The first programs of that major version.
  ///
  /// @throws BackupException `SERVER_PROGRAM_MISSING` that names the package to install
  public ServerPrograms require(int majorVersion) {
    return servers.stream()
        .filter(server -> server.majorVersion() == majorVersion)
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.SERVER_PROGRAM_MISSING,
                    "the programs of PostgreSQL "
                        + majorVersion
                        + " are not on this host (found: "
                        + versions()
                        + ")",
                    "Install the package postgresql-"
                        + majorVersion
                        + " (Debian, Ubuntu) or postgresql"
                        + majorVersion
                        + "-server (Red Hat), or set "
                        + DIRECTORIES_VARIABLE
                        + " to their directory."));
  }

  private String versions() {
    return servers.isEmpty()
        ? "none"
        : String.join(", ", servers.stream().map(ServerPrograms::fullVersion).toList());
  }

  private static Optional<ServerPrograms> ask(Path directory) {
    Matcher version = VERSION.matcher(answer(directory.resolve("postgres"), "--version"));
    if (!version.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new ServerPrograms(Integer.parseInt(version.group(2)), version.group(1), directory));
  }

  /// Where `pg_config` of this directory says the programs are.
  private static Optional<Path> configuredDirectory(Path directory) {
    Path program = directory.resolve("pg_config");
    String answer = Files.isExecutable(program) ? answer(program, "--bindir") : "";
    return answer.startsWith("/") ? Optional.of(Path.of(answer)) : Optional.empty();
  }

  /// What a program prints; empty if it does not run here, for example because it was built for
  /// another machine. Such a program counts as not installed.
  private static String answer(Path program, String argument) {
    try {
      ShortCommand.Outcome outcome = ShortCommand.run(List.of(program.toString(), argument), LIMIT);
      return outcome.status() == 0 ? outcome.output().strip() : "";
    } catch (IOException e) {
      LOG.warn("{} cannot be used: {}", program, e.getMessage());
      return "";
    }
  }

  private static void addAll(List<Path> directories, String list) {
    for (String name : list.split(File.pathSeparator)) {
      if (!name.isBlank() && name.indexOf('\0') < 0) {
        directories.add(Path.of(name));
      }
    }
  }

  /// Expands the one `*` that a place has; newest version first.
  private static List<Path> expand(String place) throws IOException {
    int star = place.indexOf('*');
    if (star < 0) {
      return List.of(Path.of(place));
    }
    int slash = place.lastIndexOf('/', star);
    int end = place.indexOf('/', star);
    Path parent = Path.of(place.substring(0, slash));
    String glob = place.substring(slash + 1, end < 0 ? place.length() : end);
    String rest = end < 0 ? "" : place.substring(end + 1);
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> matches = Files.newDirectoryStream(parent, glob)) {
      for (Path match : matches) {
        found.add(match.resolve(rest));
      }
    }
    found.sort(Comparator.comparing(Path::toString).reversed());
    return found;
  }
}
