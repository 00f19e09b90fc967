package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Databases go through a dump and come back as they were: `pg_dump` shows no difference.
class DumpTest {
  private static final String ROWS_OF_BIG =
      "SELECT count(*) || ' ' || md5(string_agg(md5(t::text), '' ORDER BY i)) FROM big t";

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
  void pgDumpShowsNoDifferenceBetweenADatabaseAndItsCopy() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Cluster other = Cluster.create(scratch.resolve("other"))) {
      source.execute("CREATE DATABASE erp");
      DumpedServer.load(source, "erp");
      Command.Ended dumped = dump(source, "erp");
      assertThat(dumped.out()).contains("erp: ", "4 large objects");
      assertThat(dumped.err().lines().filter(line -> line.contains("warning")))
          .containsExactly("warning: erp: rows of 1 foreign tables are not in the dump");

      other.execute("CREATE DATABASE copy TEMPLATE template0");
      Command.Ended refused =
          program.run("dump", "restore", "latest", "--url", DumpedServer.url(other, "copy"));
      assertThat(refused.status()).isEqualTo(2);
      assertThat(refused.err()).contains("does not exist").contains("--globals");

      other.execute(
          "DROP DATABASE copy",
          "CREATE DATABASE copy TEMPLATE template0",
          "ALTER ROLE postgres CONNECTION LIMIT 77");
      Command.Ended restored =
          program.expect(
              0,
              "dump",
              "restore",
              "latest",
              "--url",
              DumpedServer.url(other, "copy"),
              "--globals");
      assertThat(restored.err()).contains("role postgres is there already and stays as it is");
      assertThat(other.sql("SELECT rolconnlimit FROM pg_roles WHERE rolname = 'postgres'"))
          .isEqualTo("77");
      assertThat(other.sql("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'app'"))
          .isEqualTo("t");
      assertThat(DumpedServer.definitionsAndRows(other, "copy"))
          .isEqualTo(DumpedServer.definitionsAndRows(source, "erp"));
      assertThat(DumpedServer.definitionsAndRows(source, "erp"))
          .contains("lo_open", "NaN", "no_ddl");

      Command.Ended again =
          program.run("dump", "restore", "latest", "--url", DumpedServer.url(other, "copy"));
      assertThat(again.status()).isEqualTo(2);
      assertThat(again.err()).contains("HF-1040").contains(" already");
      assertThat(DumpedServer.definitionsAndRows(other, "copy"))
          .isEqualTo(DumpedServer.definitionsAndRows(source, "erp"));
    }
  }

  @Test
  void aLockOfSomebodyElseIsWaitedForOnceAndAsLongAsAsked() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection somebody = source.connect();
        Statement statement = somebody.createStatement()) {
      source.execute("CREATE TABLE t (a int)");
      somebody.setAutoCommit(false);
      statement.execute("LOCK TABLE t");
      Command.Ended refused =
          program
              .with("DATABASE_URL", DumpedServer.url(source, "postgres"))
              .run("dump", "backup", "--lock-wait", "1");
      assertThat(refused.status()).as(refused.all()).isEqualTo(3);
      assertThat(refused.err()).contains("HF-2007").contains("--lock-wait");
      assertThat(refused.err()).containsPattern("public.t by process \\d+ .*whose query began 20");
      assertThat(source.log().split("due to lock timeout", -1)).hasSize(2);
    }
  }

  @Test
  void largeObjectsThatCannotBeReadAreMissed() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute(
          "CREATE ROLE lost",
          "SELECT lo_from_bytea(1, 'x'), lo_from_bytea(2, 'y')",
          "ALTER LARGE OBJECT 2 OWNER TO lost",
          "DELETE FROM pg_authid WHERE rolname = 'lost'");
      Command.Ended refused =
          program.with("DATABASE_URL", DumpedServer.url(source, "postgres")).run("dump", "backup");
      assertThat(refused.err()).contains("2 large objects, of which 1 could be read");
      assertThat(refused.status()).isEqualTo(4);
    }
  }

  @Test
  void rolesWithoutAnEncodingAreSaidToBeMissing() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute("CREATE DATABASE raw TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'");
      DumpedServer.sql(
          source,
          "raw",
          "DO $$ BEGIN EXECUTE 'CREATE ROLE ' || quote_ident(convert_from('\\xe4', 'SQL_ASCII'));"
              + " END $$");
      assertThat(dump(source, "raw").err()).contains("roles are not in the dump");
    }
  }

  @Test
  void theStandAloneReaderBringsTheFilesOfADumpBack() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute("CREATE TABLE t (a int, b text)", "INSERT INTO t VALUES (1, 'x'), (2, NULL)");
      dump(source, "postgres");
    }
    Path files = scratch.resolve("rescued");
    Command.Ended ended =
        new StandAloneReader(scratch)
            .run(
                Map.of("BACKUP_ENCRYPTION_KEY", Program.KEY),
                "extract",
                scratch.resolve("repository").toString(),
                "latest",
                "--to",
                files.toString());
    assertThat(ended.status()).as(ended.all()).isZero();
    Path database = files.resolve("dump/databases/postgres");
    assertThat(database.resolve("data/public/t/00000000")).hasContent("1\tx\n2\t\\N\n");
    assertThat(files.resolve("dump/globals.sql")).content().contains("CREATE ROLE postgres;");
    Command.Ended listed =
        Command.run(
            scratch,
            Map.of(),
            List.of(
                TestPrograms.of(TestPrograms.WITH_TOOLS).program("pg_restore").toString(),
                "--list",
                database.resolve("schema.dump").toString()));
    assertThat(listed.out()).contains("TABLE public t postgres");
  }

  @Test
  void droppedTablesComeBackIntoTheLiveDatabaseAsTheyWere() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute("CREATE DATABASE erp");
      DumpedServer.load(source, "erp");
      DumpedServer.psql(source, "erp", "--command=ALTER EVENT TRIGGER no_ddl DISABLE");
      dump(source, "erp");
      String before = DumpedServer.definitionsAndRows(source, "erp");

      DumpedServer.psql(
          source,
          "erp",
          "--command=DROP TABLE app.orders, app.secret, app.\"we\"\"ird, name\","
              + " app.\"Aufträge\"");
      assertThat(DumpedServer.definitionsAndRows(source, "erp")).isNotEqualTo(before);
      Command.Ended held =
          program.run(
              "dump",
              "restore",
              "latest",
              "--url",
              DumpedServer.url(source, "erp"),
              "--table",
              "app.*");
      assertThat(held.status()).isEqualTo(2);
      assertThat(held.err()).contains("HF-1040").contains("app.");

      program.expect(
          0,
          "dump",
          "restore",
          "latest",
          "--url",
          DumpedServer.url(source, "erp"),
          "--table",
          "app.orders",
          "--table",
          "secret",
          "--table",
          "we*",
          "--table",
          "Auftr?ge");
      assertThat(DumpedServer.definitionsAndRows(source, "erp")).isEqualTo(before);
    }
  }

  @Test
  void aLargeTableIsReadInPartsAndALaterDumpStoresWhatChanged() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute(
          "CREATE TABLE big (i int PRIMARY KEY, a text, b text) WITH (fillfactor = 90)",
          "INSERT INTO big SELECT i, md5(i::text), md5((7 * i)::text) || md5((9 * i)::text)"
              + " FROM generate_series(1, 1300000) i");
      Command.Ended first = dump(source, "postgres");
      assertThat(first.out()).contains("postgres: 1300000 rows of 1 tables");
      long firstBytes = stored();

      dump(source, "postgres");
      assertThat(stored() - firstBytes).isLessThan(firstBytes / 500);

      source.execute("UPDATE big SET a = md5(a) WHERE i % 100 = 37");
      long before = stored();
      dump(source, "postgres");
      assertThat(stored() - before).isLessThan(firstBytes / 10);

      source.execute("CREATE DATABASE copy TEMPLATE template0");
      program.expect(0, "dump", "restore", "latest", "--url", DumpedServer.url(source, "copy"));
      assertThat(rowsOfBig(source, "copy")).isEqualTo(rowsOfBig(source, "postgres"));
      program.expect(0, "verify", "--all");
    }
  }

  @Test
  void allDatabasesAreDumpedByARoleThatMayOnlyRead() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute(
          "CREATE DATABASE a",
          "CREATE DATABASE \"a-b/c\"",
          "CREATE DATABASE closed",
          "REVOKE CONNECT ON DATABASE closed FROM PUBLIC",
          "CREATE TABLE t AS SELECT 5 AS five",
          "CREATE ROLE dumper LOGIN PASSWORD 'p'",
          "CREATE ROLE owner LOGIN");
      Command.Ended refused =
          program
              .with("DATABASE_URL", source.url().replace("postgres@", "dumper@"))
              .run("dump", "backup", "--all");
      assertThat(refused.status()).isEqualTo(2);
      assertThat(refused.err()).contains("public.t").contains("pg_read_all_data");

      source.execute("GRANT SELECT ON t TO dumper");
      Command.Ended dumped =
          program
              .with("DATABASE_URL", source.url().replace("postgres@", "dumper@"))
              .expect(0, "dump", "backup", "--all");
      assertThat(dumped.out()).contains("a: 0 rows", "a-b/c: 0 rows", "postgres: 1 rows");
      assertThat(dumped.err())
          .contains("passwords of roles are not in the dump")
          .contains("database closed is not in the dump");

      source.execute("ALTER TABLE t ENABLE ROW LEVEL SECURITY");
      Command.Ended hidden =
          program
              .with("DATABASE_URL", source.url().replace("postgres@", "dumper@"))
              .run("dump", "backup");
      assertThat(hidden.status()).isEqualTo(2);
      assertThat(hidden.err()).contains("row-level security").contains("BYPASSRLS");

      source.execute("CREATE DATABASE copy TEMPLATE template0 OWNER owner");
      Command.Ended which =
          program.run("dump", "restore", "latest", "--url", DumpedServer.url(source, "copy"));
      assertThat(which.status()).isEqualTo(2);
      assertThat(which.err()).contains("--database: a, a-b/c, postgres");
      String asOwner = DumpedServer.url(source, "copy").replace("postgres@", "owner@");
      program.expect(
          0, "dump", "restore", "latest", "--database", "postgres", "--no-owner", "--url", asOwner);
      assertThat(DumpedServer.definitionsAndRows(source, "copy"))
          .contains("CREATE TABLE public.t", "\n5\n");
    }
  }

  private Command.Ended dump(Cluster source, String database) throws IOException {
    return program
        .with("DATABASE_URL", DumpedServer.url(source, database))
        .expect(0, "dump", "backup");
  }

  private static String rowsOfBig(Cluster cluster, String database) throws SQLException {
    String url = "jdbc:postgresql://127.0.0.1:" + cluster.port() + "/" + database;
    try (Connection connection = DriverManager.getConnection(url + "?user=postgres");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(ROWS_OF_BIG)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  private long stored() throws IOException {
    try (Stream<Path> files = Files.walk(scratch.resolve("repository"))) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
