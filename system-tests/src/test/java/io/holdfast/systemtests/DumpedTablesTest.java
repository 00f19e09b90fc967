package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Single tables come out of a dump with everything that they need.
class DumpedTablesTest {
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
  void allTablesIntoAnEmptyDatabaseAreTheWholeDatabase() throws Exception {
    try (Cluster server = Cluster.create(scratch.resolve("server"))) {
      server.execute("CREATE DATABASE erp");
      DumpedServer.load(server, "erp");
      DumpedServer.sql(
          server,
          "erp",
          "DROP EVENT TRIGGER no_ddl",
          "CREATE PROCEDURE app.tidy() LANGUAGE sql AS 'SELECT 1'",
          "REVOKE ALL ON PROCEDURE app.tidy() FROM PUBLIC",
          "CREATE OPERATOR app.<<< (FUNCTION = int4mi, LEFTARG = int, RIGHTARG = int)",
          "CREATE TEXT SEARCH CONFIGURATION app.plain (COPY = simple)",
          "REVOKE ALL ON FUNCTION app.add_one() FROM PUBLIC",
          "GRANT EXECUTE ON FUNCTION app.add_one() TO \"Reader, x\"",
          "COMMENT ON FUNCTION app.add_one() IS 'adds'",
          "GRANT USAGE ON TYPE app.mood TO app",
          "GRANT USAGE ON FOREIGN SERVER elsewhere TO app",
          "CREATE TABLE app.documents (id serial, body oid)",
          "INSERT INTO app.documents (body) VALUES (4711), (4712), (4713), (4714), (99)");
      dump(server, "erp");

      server.execute("CREATE DATABASE copy TEMPLATE template0");
      restore(server, "copy", "*");
      assertThat(DumpedServer.definitionsAndRows(server, "copy"))
          .isEqualTo(DumpedServer.definitionsAndRows(server, "erp"));
    }
  }

  @Test
  void someTablesIntoAnEmptyDatabaseHaveWhatTheyNeed() throws Exception {
    try (Cluster server = Cluster.create(scratch.resolve("server"))) {
      server.execute("CREATE DATABASE erp");
      DumpedServer.sql(
          server,
          "erp",
          "CREATE ROLE reader",
          "CREATE SCHEMA app",
          "GRANT USAGE ON SCHEMA app TO reader",
          "CREATE SEQUENCE app.numbers START 500",
          "SELECT nextval('app.numbers')",
          "CREATE AGGREGATE app.total (int) (sfunc = int4pl, stype = int)",
          "CREATE TABLE app.files (id int PRIMARY KEY DEFAULT nextval('app.numbers'), body oid)",
          "CREATE TABLE app.others (id int REFERENCES app.files)",
          "CREATE FUNCTION app.all_others() RETURNS SETOF app.others LANGUAGE sql"
              + " AS 'SELECT * FROM app.others'",
          "CREATE VIEW app.shown AS SELECT * FROM app.others",
          "CREATE PUBLICATION pub FOR TABLE app.files, app.others",
          "SELECT lo_from_bytea(7001, 'wanted'), lo_from_bytea(7002, 'of nobody')",
          "INSERT INTO app.files (body) VALUES (7001)");
      dump(server, "erp");

      server.execute("CREATE DATABASE copy TEMPLATE template0");
      Command.Ended needy = restoring(server, "copy", "app.shown");
      assertThat(needy.status()).isEqualTo(2);
      assertThat(needy.err()).contains("app.shown needs app.others").contains("--table");
      Command.Ended restored = restore(server, "copy", "files");
      assertThat(restored.out()).contains("1 large objects");
      assertThat(restored.err())
          .contains("FUNCTION app all_others() needs app.others")
          .doesNotContain("schema app was not there");
      assertThat(value(server, "copy", "SELECT app.total(id) || ' ' || min(id) FROM app.files"))
          .isEqualTo("501 501");
      assertThat(value(server, "copy", "INSERT INTO app.files VALUES (DEFAULT) RETURNING id"))
          .isEqualTo("502");
      assertThat(value(server, "copy", "SELECT has_schema_privilege('reader', 'app', 'usage')"))
          .isEqualTo("t");
      assertThat(value(server, "copy", "SELECT tablename FROM pg_publication_tables"))
          .isEqualTo("files");
      assertThat(value(server, "copy", "SELECT oid FROM pg_largeobject_metadata"))
          .isEqualTo("7001");
    }
  }

  @Test
  void aDroppedSchemaComesBackWithItsTablesIntoALiveDatabase() throws Exception {
    try (Cluster server = Cluster.create(scratch.resolve("server"))) {
      server.execute("CREATE DATABASE erp");
      DumpedServer.sql(
          server,
          "erp",
          "CREATE ROLE reader",
          "CREATE TABLE public.stays (id int PRIMARY KEY)",
          "CREATE SCHEMA app",
          "GRANT USAGE ON SCHEMA app TO reader",
          "COMMENT ON SCHEMA app IS 'the app'",
          "CREATE TYPE app.mood AS ENUM ('sad', 'ok')",
          "CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS"
              + " 'BEGIN RETURN NEW; END'",
          "GRANT EXECUTE ON FUNCTION app.touch() TO reader",
          "CREATE TABLE app.t (id serial PRIMARY KEY, m app.mood, s int REFERENCES public.stays)",
          "CREATE TRIGGER touched BEFORE UPDATE ON app.t FOR EACH ROW EXECUTE FUNCTION app.touch()",
          "INSERT INTO app.t (m) VALUES ('ok')",
          "CREATE PUBLICATION pub FOR TABLE app.t");
      dump(server, "erp");
      String before = DumpedServer.definitionsAndRows(server, "erp");

      DumpedServer.sql(server, "erp", "DROP SCHEMA app CASCADE");
      Command.Ended restored = restore(server, "erp", "app.*");
      assertThat(restored.err()).contains("schema app was not there");
      assertThat(DumpedServer.definitionsAndRows(server, "erp")).isEqualTo(before);

      DumpedServer.sql(server, "erp", "DROP TABLE app.t");
      assertThat(restore(server, "erp", "app.t").err()).doesNotContain("schema");
      assertThat(DumpedServer.definitionsAndRows(server, "erp")).isEqualTo(before);
    }
  }

  @Test
  void rowsThatAnotherServerPutsIntoAnotherPartitionGoThere() throws Exception {
    try (Cluster server = Cluster.create(scratch.resolve("server"));
        Cluster other = Cluster.create(scratch.resolve("other"))) {
      List<String> labels = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        labels.add("'m" + i + "'");
      }
      DumpedServer.sql(
          server,
          "postgres",
          "CREATE TYPE mood AS ENUM (" + String.join(", ", labels) + ")",
          "CREATE TABLE t (m mood, i int) PARTITION BY HASH (m)",
          "CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
          "CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
          "INSERT INTO t SELECT m, i FROM unnest(enum_range(NULL::mood)) m,"
              + " generate_series(1, 100) i");
      dump(server, "postgres");
      // Numbers of the labels differ, and with them their hashes.
      other.execute("CREATE TYPE shift AS ENUM ('a')", "CREATE DATABASE copy TEMPLATE template0");
      restoreAll(other, "copy");
      String sum = "SELECT count(*) || md5(string_agg(t::text, '' ORDER BY m::text, i)) FROM t";
      assertThat(value(other, "copy", sum)).isEqualTo(value(server, "postgres", sum));
      String byPartition = "SELECT count(*) FROM t0";
      assertThat(value(other, "copy", byPartition))
          .as("the test shows nothing where hashes are the same")
          .isNotEqualTo(value(server, "postgres", byPartition));
    }
  }

  private void dump(Cluster server, String database) throws IOException {
    program.with("DATABASE_URL", DumpedServer.url(server, database)).expect(0, "dump", "backup");
  }

  private Command.Ended restoring(Cluster server, String database, String table)
      throws IOException {
    return program.run(
        "dump", "restore", "latest", "--url", DumpedServer.url(server, database), "--table", table);
  }

  private Command.Ended restore(Cluster server, String database, String table) throws IOException {
    Command.Ended ended = restoring(server, database, table);
    assertThat(ended.status()).as(ended.all()).isZero();
    return ended;
  }

  private void restoreAll(Cluster server, String database) throws IOException {
    program.expect(0, "dump", "restore", "latest", "--url", DumpedServer.url(server, database));
  }

  private static String value(Cluster server, String database, String query) throws IOException {
    return DumpedServer.value(server, database, query);
  }
}
