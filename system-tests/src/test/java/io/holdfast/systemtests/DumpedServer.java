package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// What tests of dumps do with a server, by PostgreSQL's own programs.
final class DumpedServer {
  private DumpedServer() {}

  static String url(Cluster cluster, String database) {
    return "postgresql://postgres@127.0.0.1:" + cluster.port() + "/" + database;
  }

  /// Loads the sample, which has one of everything.
  static void load(Cluster source, String database) throws IOException {
    Path file = source.directory("sample").resolve("sample.sql");
    try (InputStream sample =
        Objects.requireNonNull(DumpedServer.class.getResourceAsStream("/dump-sample.sql"))) {
      Files.copy(sample, file);
    }
    Cluster.giveToServer(file);
    psql(source, database, "--file=" + file);
  }

  /// Runs commands, each in a transaction of its own.
  static void sql(Cluster cluster, String database, String... commands) throws IOException {
    for (String command : commands) {
      psql(cluster, database, "--command=" + command);
    }
  }

  /// The answer to a query, without what surrounds it.
  static String value(Cluster cluster, String database, String query) throws IOException {
    return psql(cluster, database, "--command=" + query).strip();
  }

  static String psql(Cluster cluster, String database, String what) throws IOException {
    return cluster
        .program(
            "psql",
            "--host=127.0.0.1",
            "--port=" + cluster.port(),
            "--username=postgres",
            "--quiet",
            "--no-align",
            "--tuples-only",
            "--set=ON_ERROR_STOP=1",
            what,
            database)
        .out();
  }

  /// What `pg_dump` says of a database, without the line that is new each time.
  static String definitionsAndRows(Cluster cluster, String database, String... options)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                TestPrograms.of(TestPrograms.WITH_TOOLS).program("pg_dump").toString(),
                "--host=127.0.0.1",
                "--port=" + cluster.port(),
                "--username=postgres"));
    command.addAll(List.of(options));
    command.add(database);
    Command.Ended ended = Command.run(Path.of("/tmp"), Map.of(), command);
    assertThat(ended.status()).as(ended.err()).isZero();
    return ended
        .out()
        .lines()
        .filter(line -> !line.startsWith("\\restrict") && !line.startsWith("\\unrestrict"))
        .collect(Collectors.joining("\n"));
  }
}
