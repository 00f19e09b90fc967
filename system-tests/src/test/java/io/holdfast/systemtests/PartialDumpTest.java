package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Dumps of some tables, and of rows alone, can be restored.
class PartialDumpTest {
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
  void whatIsLeftOutTakesWhatNeedsItAlong() throws Exception {
    try (Cluster server = Cluster.create(scratch.resolve("server"))) {
      shop(server);
      Command.Ended refused = dump(server, 2, "--exclude", "base");
      assertThat(refused.err()).contains("table shop.derived cannot be dumped").contains("base");

      Command.Ended dumped =
          dump(server, 0, "--exclude", "log.*", "--exclude", "*.old_*", "--exclude", "nosuch");
      assertThat(dumped.err())
          .contains("shop.entries needs log.entries")
          .contains("1 foreign keys point to tables that are left out")
          .contains("nothing fits 'nosuch'");
      server.execute("CREATE DATABASE copy TEMPLATE template0");
      Command.Ended restored = restore(server, 0, "copy");
      assertThat(restored.out()).contains("1 large objects");
      assertThat(tables(server, "copy"))
          .isEqualTo("shop.base shop.derived shop.lines shop.lines_1 shop.orders");
      assertThat(value(server, "copy", "SELECT count(*) FROM shop.lines")).isEqualTo("10");
      assertThat(
              value(
                  server,
                  "copy",
                  "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conparentid = 0"))
          .isEqualTo("1");
    }
  }

  @Test
  void whatIsIncludedHasItsPartitionsAndSequences() throws Exception {
    try (Cluster server = Cluster.create(scratch.resolve("server"))) {
      shop(server);
      assertThat(dump(server, 2, "--include", "Shop.*").err()).contains("nothing");
      Command.Ended dumped = dump(server, 0, "--include", "shop.lines", "--include", "orders");
      assertThat(dumped.out()).contains("erp: 15 rows of 2 tables").doesNotContain("large objects");
      server.execute("CREATE DATABASE copy TEMPLATE template0");
      restore(server, 0, "copy");
      assertThat(tables(server, "copy")).isEqualTo("shop.lines shop.lines_1 shop.orders");
      assertThat(value(server, "copy", "INSERT INTO shop.orders DEFAULT VALUES RETURNING id, n"))
          .isEqualTo("6|1006");
    }
  }

  @Test
  void rowsAloneGoIntoTablesThatAreThereAllOrNone() throws Exception {
    try (Cluster server = Cluster.create(scratch.resolve("server"))) {
      shop(server);
      dump(server, 0, "--data-only");
      server.execute("CREATE DATABASE copy TEMPLATE erp");
      Command.Ended filled = restore(server, 2, "copy");
      assertThat(filled.err()).contains("HF-1040").contains("log.entries with rows");

      String content = DumpedServer.definitionsAndRows(server, "copy");
      DumpedServer.sql(
          server,
          "copy",
          "TRUNCATE shop.orders, shop.lines, shop.base, shop.derived, log.entries, shop.old_1",
          "ALTER SEQUENCE shop.orders_id_seq RESTART",
          "SELECT lo_unlink(7001)");
      assertThat(DumpedServer.definitionsAndRows(server, "copy")).isNotEqualTo(content);
      restore(server, 0, "copy");
      assertThat(DumpedServer.definitionsAndRows(server, "copy")).isEqualTo(content);

      DumpedServer.sql(server, "copy", "ALTER TABLE shop.orders ADD spare int");
      Command.Ended twice = restore(server, 3, "copy", "--append");
      assertThat(twice.err()).contains("duplicate key");
      String ofBase = "SELECT count(*) FROM ONLY shop.base";
      assertThat(value(server, "copy", ofBase)).isEqualTo("2");
      DumpedServer.sql(server, "copy", "TRUNCATE shop.orders, shop.lines, log.entries");
      restore(server, 0, "copy", "--append");
      assertThat(value(server, "copy", ofBase)).isEqualTo("4");

      DumpedServer.sql(server, "copy", "ALTER TABLE shop.lines DROP what");
      Command.Ended lacking = restore(server, 2, "copy", "--append");
      assertThat(lacking.err()).contains("HF-1046").contains("column what of shop.lines_1");
    }
  }

  @Test
  void circlesAndTriggersNeedARoleThatMaySilenceThem() throws Exception {
    try (Cluster server = Cluster.create(scratch.resolve("server"))) {
      DumpedServer.sql(server, "postgres", "CREATE DATABASE erp", "CREATE ROLE owner LOGIN");
      DumpedServer.sql(
          server,
          "erp",
          "CREATE TABLE a (id int PRIMARY KEY, b int)",
          "CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a)",
          "CREATE TABLE outside (id int PRIMARY KEY)",
          "CREATE TABLE c (id int REFERENCES outside)",
          "INSERT INTO a VALUES (1, 1)",
          "INSERT INTO b VALUES (1, 1)",
          "INSERT INTO outside VALUES (7)",
          "INSERT INTO c VALUES (7)",
          "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b",
          "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS"
              + " 'BEGIN RAISE EXCEPTION ''fired''; END'",
          "CREATE TRIGGER no BEFORE INSERT ON c FOR EACH ROW EXECUTE FUNCTION no()",
          "ALTER TABLE a OWNER TO owner",
          "ALTER TABLE b OWNER TO owner",
          "ALTER TABLE c OWNER TO owner",
          "ALTER TABLE outside OWNER TO owner");
      dump(server, 0);
      DumpedServer.sql(server, "erp", "TRUNCATE a, b, c, outside");
      String asOwner = DumpedServer.url(server, "erp").replace("postgres@", "owner@");
      Command.Ended refused =
          program.run("dump", "restore", "latest", "--data-only", "--url", asOwner);
      assertThat(refused.status()).as(refused.all()).isEqualTo(2);
      assertThat(refused.err())
          .contains("circle between public.a, public.b", "trigger no of public.c would fire");

      Command.Ended hanging = restore(server, 2, "erp", "--data-only", "--table", "c");
      assertThat(hanging.err()).contains("c_id_fkey of public.c").contains("Nothing was restored");
      assertThat(value(server, "erp", "SELECT count(*) FROM c")).isEqualTo("0");
      restore(server, 0, "erp", "--data-only");
      assertThat(value(server, "erp", "SELECT count(*) FROM a, b, c, outside")).isEqualTo("1");
    }
  }

  private void shop(Cluster server) throws Exception {
    server.execute("CREATE DATABASE erp");
    DumpedServer.sql(
        server,
        "erp",
        "CREATE SCHEMA shop",
        "CREATE SCHEMA log",
        "CREATE SEQUENCE shop.numbers START 1001",
        "CREATE TABLE shop.orders (id serial PRIMARY KEY, n int DEFAULT nextval('shop.numbers'))",
        "INSERT INTO shop.orders SELECT FROM generate_series(1, 5)",
        "CREATE TABLE log.entries (id int PRIMARY KEY, o int REFERENCES shop.orders)",
        "INSERT INTO log.entries VALUES (1, 1), (2, 2), (3, 3)",
        "CREATE TABLE shop.lines (o int REFERENCES shop.orders, e int REFERENCES log.entries,"
            + " what text) PARTITION BY LIST (e)",
        "CREATE TABLE shop.lines_1 PARTITION OF shop.lines DEFAULT",
        "INSERT INTO shop.lines SELECT 1 + i % 5, 1, i FROM generate_series(1, 10) i",
        "CREATE TABLE shop.base (id int)",
        "INSERT INTO shop.base VALUES (1), (2)",
        "CREATE TABLE shop.derived () INHERITS (shop.base)",
        "CREATE TABLE shop.old_1 (i int)",
        "CREATE VIEW shop.entries AS SELECT * FROM log.entries",
        "SELECT lo_from_bytea(7001, 'x')");
  }

  private Command.Ended dump(Cluster server, int status, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of("dump", "backup"));
    command.addAll(List.of(options));
    return program
        .with("DATABASE_URL", DumpedServer.url(server, "erp"))
        .expect(status, command.toArray(String[]::new));
  }

  private Command.Ended restore(Cluster server, int status, String database, String... options)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("dump", "restore", "latest", "--url"));
    command.add(DumpedServer.url(server, database));
    command.addAll(List.of(options));
    return program.expect(status, command.toArray(String[]::new));
  }

  private static String tables(Cluster server, String database) throws IOException {
    return value(
        server,
        database,
        "SELECT string_agg(c.oid::regclass::text, ' ' ORDER BY c.oid::regclass::text) FROM pg_class"
            + " c WHERE relkind IN ('r', 'p', 'v') AND relnamespace::regnamespace::text IN ('shop',"
            + " 'log')");
  }

  private static String value(Cluster server, String database, String query) throws IOException {
    return DumpedServer.value(server, database, query);
  }
}
