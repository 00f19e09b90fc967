package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Dumps and their restores do with the same small heap, whatever the size of a table and of one
/// row, and with thousands of tables.
@EnabledIfSystemProperty(
    named = "holdfast.thorough",
    matches = "true",
    disabledReason = "dumps of hundreds of MiB: minutes by itself, so only with -Pthorough")
class DumpMemoryTest {
  private static final long MIB = 1 << 20;
  private static final String HEAP = "-Xmx192m";
  private static final long LIMIT_BYTES = 300 * MIB;
  private static final int ROW_BYTES = 300;

  /// Makes tables, some in each transaction.
  private static final String MAKE =
      """
      BEGIN
        FOR i IN 1..$1 LOOP
          EXECUTE format(''CREATE TABLE t%s (id int PRIMARY KEY, a text NOT NULL, CHECK (id > 0))'', i);
          EXECUTE format(''CREATE INDEX ON t%s (a)'', i);
          EXECUTE format(''INSERT INTO t%s VALUES (%s, now())'', i, i);
          IF i % 100 = 0 THEN COMMIT; END IF;
        END LOOP;
      END
      """;

  private static final String COUNT =
      "SELECT count(*) || ' ' || sum(reltuples) FILTER (WHERE relkind = 'r') || ' ' || count(*) FILTER (WHERE relkind = 'i')"
          + " FROM pg_class WHERE relname ~ '^t\\d'";

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void theSameSmallHeapDoesForTablesAndRowsOfAnySize() throws Exception {
    try (Cluster source =
        Cluster.create(
            TestPrograms.WITH_TOOLS,
            scratch.resolve("source"),
            Map.of("fsync", "off", "max_wal_size", "1GB", "autovacuum", "off"))) {
      Program program = new Program(scratch).with("HOLDFAST_JAVA_OPTS", HEAP);
      program.expect(0, "init");
      throughADump(program, source, "small", table(10 * MIB));
      throughADump(program, source, "large", table((Seeds.thorough() ? 1024 : 320) * MIB));
      throughADump(program, source, "wide", row((Seeds.thorough() ? 200 : 100) * MIB));
      if (Seeds.thorough()) {
        throughADump(program, source, "huge", table(5 * 1024 * MIB));
      }
    }
  }

  @Test
  void theSameSmallHeapDoesForThousandsOfTables() throws Exception {
    int tables = Seeds.thorough() ? 20_000 : 1_500;
    try (Cluster source =
        Cluster.create(
            TestPrograms.WITH_TOOLS,
            scratch.resolve("source"),
            Map.of("fsync", "off", "max_locks_per_transaction", "1024"))) {
      Program program = new Program(scratch).with("HOLDFAST_JAVA_OPTS", HEAP);
      program.expect(0, "init");
      source.execute("CREATE DATABASE many", "CREATE DATABASE copy TEMPLATE template0");
      source.sqlIn("many", "CREATE PROCEDURE make(int) LANGUAGE plpgsql AS '" + MAKE + "'");
      source.sqlIn("many", "CALL make(" + tables + ")");
      source.sqlIn("many", "ANALYZE");
      Program dumping = program.with("DATABASE_URL", source.url("many"));
      long dump = PeakMemory.of(dumping, scratch, "dump", "backup");
      long restore =
          PeakMemory.of(program, scratch, "dump", "restore", "latest", "--url", source.url("copy"));
      System.out.println(tables + ": " + dump / MIB + " MiB, " + restore / MIB + " MiB");
      assertThat(dump).isLessThan(LIMIT_BYTES);
      assertThat(restore).isLessThan(LIMIT_BYTES);
      assertThat(source.sqlIn("copy", COUNT)).isEqualTo(source.sqlIn("many", COUNT));
    }
  }

  private static String table(long bytes) {
    return "CREATE TABLE t AS SELECT n, md5(n::text) || md5((n * 3)::text) || md5((n * 5)::text)"
        + " || md5((n * 7)::text) || md5((n * 11)::text) || md5((n * 13)::text)"
        + " || md5((n * 17)::text) || md5((n * 19)::text) AS filler FROM generate_series(1::bigint, "
        + bytes / ROW_BYTES
        + ") n";
  }

  /// Two characters of a row's text are one byte of the value.
  private static String row(long bytes) {
    return "CREATE TABLE t AS SELECT decode(string_agg(md5(i::text), ''), 'hex') AS n"
        + " FROM generate_series(1, "
        + bytes / 32
        + ") i";
  }

  private void throughADump(Program program, Cluster source, String database, String table)
      throws Exception {
    source.execute("CREATE DATABASE " + database, "CREATE DATABASE copy TEMPLATE template0");
    source.sqlIn(database, table);
    Program dumping = program.with("DATABASE_URL", source.url(database));
    long dump = PeakMemory.of(dumping, scratch, "dump", "backup");
    long restore =
        PeakMemory.of(program, scratch, "dump", "restore", "latest", "--url", source.url("copy"));
    System.out.println(database + ": " + dump / MIB + " MiB, " + restore / MIB + " MiB");
    assertThat(dump).as("dump of " + database).isLessThan(LIMIT_BYTES);
    assertThat(restore).as("restore of " + database).isLessThan(LIMIT_BYTES);
    assertThat(digest(source, "copy")).isEqualTo(digest(source, database));
    source.execute("DROP DATABASE copy", "DROP DATABASE " + database);
  }

  private static String digest(Cluster source, String database) throws SQLException {
    return source.sqlIn(
        database, "SELECT count(*) || ' ' || sum(hashtextextended(n::text, 0)) FROM t");
  }
}
