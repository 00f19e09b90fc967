package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// A database with one of everything that a dump has to carry, and what tools of PostgreSQL say of
/// it.
record SampleDatabase(Cluster cluster, String name) {
  private static final String TABLES =
      "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c"
          + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
          + " AND n.nspname NOT IN ('pg_catalog', 'information_schema')";

  /// Makes and fills it.
  static SampleDatabase load(Cluster cluster, String name) throws IOException, SQLException {
    cluster.execute("CREATE DATABASE " + name);
    Path file = cluster.directory("sample-" + name).resolve("sample.sql");
    try (InputStream sample =
        Objects.requireNonNull(SampleDatabase.class.getResourceAsStream("/dump-sample.sql"))) {
      Files.copy(sample, file);
    }
    SampleDatabase database = new SampleDatabase(cluster, name);
    database.psql(file);
    return database;
  }

  String url() {
    return "postgresql://postgres@127.0.0.1:" + cluster.port() + "/" + name;
  }

  /// Runs a script, which must succeed.
  void psql(Path script) throws IOException {
    Command.Ended ended =
        program(
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--file=" + script,
            "--dbname=" + name);
    assertThat(ended.status()).as(script + ": " + ended.all()).isZero();
  }

  /// Runs a client program against the server.
  Command.Ended program(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(TestPrograms.of(TestPrograms.WITH_TOOLS).program(program).toString());
    command.addAll(List.of("--host=127.0.0.1", "--port=" + cluster.port(), "--username=postgres"));
    command.addAll(List.of(arguments));
    return Command.run(Path.of("/tmp"), Map.of(), command);
  }

  /// What `pg_dump` says of it, without the lines that are new each time.
  String dumped(String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add(name);
    Command.Ended ended = program("pg_dump", arguments.toArray(String[]::new));
    assertThat(ended.status()).as(ended.err()).isZero();
    return ended
        .out()
        .lines()
        .filter(line -> !line.startsWith("\\restrict") && !line.startsWith("\\unrestrict"))
        .collect(Collectors.joining("\n"));
  }

  /// For each table how many rows it has, and a hash of what is in them.
  Map<String, String> rows() throws SQLException {
    Map<String, String> rows = new TreeMap<>();
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:" + url().replace("postgres@", "") + "?user=postgres");
        Statement statement = connection.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet found = statement.executeQuery(TABLES)) {
        while (found.next()) {
          tables.add(found.getString(1));
        }
      }
      for (String table : tables) {
        try (ResultSet found =
            statement.executeQuery(
                "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n'"
                    + " ORDER BY t::text COLLATE \"C\")), '') FROM ONLY "
                    + table
                    + " t")) {
          assertThat(found.next()).isTrue();
          rows.put(table, found.getString(1));
        }
      }
    }
    return rows;
  }

  /// An empty database in the same cluster with the same tables, but without what is on them.
  SampleDatabase withoutRows(String copy) throws IOException, SQLException {
    cluster.execute("CREATE DATABASE " + copy + " TEMPLATE template0");
    Path file = cluster.directory("definitions-" + copy).resolve("definitions.sql");
    Files.writeString(file, dumped("--section=pre-data"));
    SampleDatabase made = new SampleDatabase(cluster, copy);
    made.psql(file);
    return made;
  }
}
