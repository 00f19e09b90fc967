package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Restores make databases as they were, and replace one without destroying anything.
class DumpIntoNewDatabaseTest {
  private static final String DATABASES =
      "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate";

  private Path scratch = Path.of("/tmp");
  private Program program = new Program(scratch);

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    program = new Program(scratch);
    program.expect(0, "init");
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void aDatabaseIsReplacedWhenTheNewOneIsCompleteAndTheOldOneStays() throws Exception {
    try (Cluster server = Cluster.create(scratch.resolve("server"))) {
      server.execute("CREATE DATABASE erp", "CREATE ROLE app");
      DumpedServer.sql(
          server, "erp", "CREATE TABLE t (i int)", "INSERT INTO t SELECT generate_series(1, 10)");
      dump(server, "erp");
      DumpedServer.sql(server, "erp", "DELETE FROM t", "CREATE TABLE later (i int)");

      assertThat(restore(server, 2, "erp", "--create").err()).contains("HF-1040", "--clean");
      assertThat(restore(server, 2, "erp", "--clean").err()).contains("--confirm");
      assertThat(restore(server, 2, "erp", "--clean", "--confirm", "erq").err())
          .contains("--confirm");
      Command.Ended plan = restore(server, 0, "erp", "--clean", "--dry-run");
      assertThat(plan.out())
          .contains("makes database erp of erp", "10 rows", "puts aside", "2 tables");
      assertThat(server.sql(DATABASES)).isEqualTo("erp postgres");

      try (Connection somebody =
          DriverManager.getConnection(
              "jdbc:postgresql://127.0.0.1:" + server.port() + "/erp?user=postgres")) {
        assertThat(somebody.isValid(10)).isTrue();
        Command.Ended replaced = restore(server, 0, "erp", "--clean", "--confirm", "erp");
        assertThat(replaced.err()).contains("erp_before_", "DROP DATABASE");
        assertThat(somebody.isValid(10)).isFalse();
      }
      assertThat(value(server, "erp", "SELECT count(*) FROM t")).isEqualTo("10");
      String old = server.sql("SELECT datname FROM pg_database WHERE datname LIKE 'erp_before%'");
      assertThat(value(server, old, "SELECT count(*) FROM later, t")).isEqualTo("0");
      assertThat(server.sql(DATABASES)).isEqualTo("erp " + old + " postgres");
    }
  }

  @Test
  void aRestoreThatFailsHasReplacedNothing() throws Exception {
    try (Cluster server = Cluster.create(scratch.resolve("server"))) {
      server.execute("CREATE DATABASE erp", "CREATE ROLE gone");
      DumpedServer.sql(
          server,
          "erp",
          "CREATE TABLE t (i int)",
          "INSERT INTO t VALUES (1)",
          "GRANT SELECT ON t TO gone");
      dump(server, "erp");
      DumpedServer.sql(server, "erp", "DROP OWNED BY gone", "DROP ROLE gone", "DELETE FROM t");
      Command.Ended failed = restore(server, 2, "erp", "--clean", "--confirm", "erp");
      assertThat(failed.err()).contains("\"gone\" does not exist");
      assertThat(server.sql(DATABASES)).isEqualTo("erp postgres");
      assertThat(value(server, "erp", "SELECT count(*) FROM t")).isEqualTo("0");
    }
  }

  @Test
  void allDatabasesComeBackOntoAnEmptyServerAsTheyWere() throws Exception {
    try (Cluster server = Cluster.create(scratch.resolve("server"));
        Cluster other = Cluster.create(scratch.resolve("other"))) {
      server.execute(
          "CREATE ROLE app LOGIN",
          "CREATE ROLE \"odd DATABASE x\"",
          "CREATE DATABASE \"a \"\"b/c\" OWNER app",
          "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"
              + " CONNECTION LIMIT 7",
          "ALTER DATABASE latin SET search_path TO app, public",
          "ALTER ROLE \"odd DATABASE x\" IN DATABASE latin SET work_mem = '5MB'",
          "COMMENT ON DATABASE latin IS 'it''s latin; yes'",
          "REVOKE ALL ON DATABASE latin FROM PUBLIC",
          "GRANT CONNECT ON DATABASE latin TO app WITH GRANT OPTION",
          "CREATE TABLE of_postgres AS SELECT 1 AS one");
      DumpedServer.sql(
          server,
          "latin",
          "CREATE TABLE t AS SELECT 'ä'::text AS a",
          "ALTER DATABASE latin SET default_transaction_read_only = on");
      program
          .with("DATABASE_URL", DumpedServer.url(server, "postgres"))
          .expect(0, "dump", "backup", "--all");
      Command.Ended held = restore(server, 2, "postgres", "--all", "--create");
      assertThat(held.err()).contains("HF-1040").contains("latin, postgres");

      restore(other, 0, "postgres", "--all", "--create");
      for (String database : List.of("postgres", "latin", "a \"b/c")) {
        assertThat(DumpedServer.definitionsAndRows(other, database, "--create"))
            .isEqualTo(DumpedServer.definitionsAndRows(server, database, "--create"));
      }
      assertThat(DumpedServer.definitionsAndRows(other, "latin", "--create"))
          .contains("ENCODING = 'LATIN1'", "read_only", "work_mem", "CONNECTION LIMIT");
    }
  }

  private void dump(Cluster server, String database) throws IOException {
    program.with("DATABASE_URL", DumpedServer.url(server, database)).expect(0, "dump", "backup");
  }

  private Command.Ended restore(Cluster server, int status, String database, String... options)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("dump", "restore", "latest", "--url"));
    command.add(DumpedServer.url(server, database));
    command.addAll(List.of(options));
    return program.expect(status, command.toArray(String[]::new));
  }

  private static String value(Cluster server, String database, String query) throws IOException {
    return DumpedServer.value(server, database, query);
  }
}
