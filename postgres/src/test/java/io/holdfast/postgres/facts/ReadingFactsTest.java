package io.holdfast.postgres.facts;

import static io.holdfast.postgres.facts.FactDatabase.INSUFFICIENT_PRIVILEGE;
import static io.holdfast.postgres.facts.FactDatabase.copyIn;
import static io.holdfast.postgres.facts.FactDatabase.copyOut;
import static io.holdfast.postgres.facts.FactDatabase.refused;
import static io.holdfast.postgres.facts.FactDatabase.rows;
import static io.holdfast.postgres.facts.FactDatabase.run;
import static io.holdfast.postgres.facts.FactDatabase.value;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;

/// What a reader sees, and what the catalog says: V6, V7, V13, V15.
class ReadingFactsTest {
  private static final String COUNT = "SELECT count(*) FROM secret";

  /// One row of two is hidden by a policy from all but the owner. Roles belong to the server, so
  /// their names are those of the test.
  private static void secured(Connection connection, String test) throws SQLException {
    run(
        connection,
        "CREATE ROLE " + test + "_owner LOGIN",
        "CREATE ROLE " + test + "_reader LOGIN",
        "CREATE TABLE secret (id int PRIMARY KEY, tenant int NOT NULL)",
        "INSERT INTO secret VALUES (1, 1), (2, 2)",
        "ALTER TABLE secret OWNER TO " + test + "_owner",
        "GRANT SELECT, INSERT ON secret TO " + test + "_reader",
        "ALTER TABLE secret ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY one ON secret USING (tenant = 1)");
  }

  /// V6.
  @EveryVersion
  void rowLevelSecurityHidesRowsSilentlyAndRowSecurityOffSaysSo(FactDatabase database)
      throws Exception {
    try (Connection connection = database.connect()) {
      String test = "hides" + database.version();
      secured(connection, test);
      try (Connection reader = database.connectAs(test + "_reader")) {
        assertThat(value(reader, COUNT)).isEqualTo("1");
        assertThat(copyOut(reader, "COPY secret TO STDOUT")).isEqualTo("1\t1\n");
        assertThat(refused(() -> copyIn(reader, "COPY secret FROM STDIN", "3\t1\n")))
            .isEqualTo("0A000");
        run(reader, "SET row_security = off");
        assertThat(refused(reader, COUNT)).isEqualTo(INSUFFICIENT_PRIVILEGE);
        assertThat(refused(() -> copyOut(reader, "COPY secret TO STDOUT")))
            .isEqualTo(INSUFFICIENT_PRIVILEGE);
      }
      run(connection, "ALTER ROLE " + test + "_reader BYPASSRLS");
      try (Connection reader = database.connectAs(test + "_reader")) {
        run(reader, "SET row_security = off");
        assertThat(value(reader, COUNT)).isEqualTo("2");
      }
    }
  }

  /// V6. The role `pg_read_all_data` is there since 14.
  @EveryVersion
  void theRightToReadAllDataDoesNotPassRowLevelSecurity(FactDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      String test = "readall" + database.version();
      secured(connection, test);
      run(connection, "REVOKE ALL ON secret FROM " + test + "_reader");
      String grant = "GRANT pg_read_all_data TO " + test + "_reader";
      if (database.version() < 14) {
        assertThat(refused(connection, grant)).isEqualTo("42704");
      } else {
        run(connection, grant);
        try (Connection reader = database.connectAs(test + "_reader")) {
          assertThat(value(reader, COUNT)).isEqualTo("1");
        }
      }
    }
  }

  /// V6.
  @EveryVersion
  void theOwnerSeesAllRowsUnlessSecurityIsForced(FactDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      String test = "forced" + database.version();
      secured(connection, test);
      try (Connection owner = database.connectAs(test + "_owner")) {
        assertThat(value(owner, COUNT)).isEqualTo("2");
        run(owner, "ALTER TABLE secret FORCE ROW LEVEL SECURITY");
        assertThat(value(owner, COUNT)).isEqualTo("1");
        run(owner, "SET row_security = off");
        assertThat(refused(owner, COUNT)).isEqualTo(INSUFFICIENT_PRIVILEGE);
      }
      assertThat(value(connection, COUNT)).as("of a superuser").isEqualTo("2");
    }
  }

  /// V7.
  @EveryVersion
  void aReadOnlySnapshotFillsTemporaryTablesThatWereThereAndCanStillBeExported(
      FactDatabase database) throws SQLException {
    try (Connection connection = database.connect();
        Connection worker = database.connect()) {
      run(connection, "CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)");
      run(connection, "CREATE TEMP TABLE wanted (id int)");
      run(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      run(connection, "INSERT INTO wanted SELECT id FROM t");
      String snapshot = value(connection, "SELECT pg_export_snapshot()");
      run(worker, "INSERT INTO t VALUES (2)");
      run(worker, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      run(worker, "SET TRANSACTION SNAPSHOT '" + snapshot + "'");
      assertThat(rows(worker, "SELECT id FROM t")).containsExactly("1");
      assertThat(rows(connection, "SELECT id FROM wanted")).containsExactly("1");
      assertThat(refused(connection, "CREATE TEMP TABLE late (id int)")).isEqualTo("25006");
      run(worker, "ROLLBACK");
    }
  }

  /// V13.
  @EveryVersion
  void theCatalogGivesColumnsOfAForeignKeyInPairsAndItsKinds(FactDatabase database)
      throws SQLException {
    try (Connection connection = database.connect()) {
      run(
          connection,
          "CREATE TABLE target (id int PRIMARY KEY, x int, y text, UNIQUE (y, x))",
          "CREATE TABLE source (q text, id int, p int, CONSTRAINT pair FOREIGN KEY (p, q)"
              + " REFERENCES target (x, y) MATCH FULL ON DELETE CASCADE DEFERRABLE)");
      assertThat(
              rows(
                  connection,
                  "SELECT string_agg(s.attname || '=' || t.attname, ',' ORDER BY n), confmatchtype,"
                      + " confdeltype, condeferrable, conparentid"
                      + " FROM pg_constraint k, unnest(conkey, confkey) WITH ORDINALITY AS c (f, t, n),"
                      + " pg_attribute s, pg_attribute t WHERE conname = 'pair'"
                      + " AND s.attrelid = conrelid AND s.attnum = c.f"
                      + " AND t.attrelid = confrelid AND t.attnum = c.t GROUP BY k.oid, 2, 3, 4, 5"))
          .containsExactly("p=x,q=y|f|c|t|0");
    }
  }

  /// V13.
  @EveryVersion
  void foreignKeysOfPartitionsHaveAParentAndThoseThatWereDeclaredHaveNone(FactDatabase database)
      throws SQLException {
    try (Connection connection = database.connect()) {
      run(
          connection,
          "CREATE TABLE target (id int PRIMARY KEY) PARTITION BY RANGE (id)",
          "CREATE TABLE target1 PARTITION OF target FOR VALUES FROM (0) TO (10)",
          "CREATE TABLE target2 PARTITION OF target FOR VALUES FROM (10) TO (20)",
          "CREATE TABLE source (id int PRIMARY KEY, t int REFERENCES target)",
          "CREATE TABLE log (id int, t int REFERENCES target) PARTITION BY LIST (id)",
          "CREATE TABLE log1 PARTITION OF log FOR VALUES IN (1)");
      assertThat(
              rows(
                  connection,
                  "SELECT conrelid::regclass, confrelid::regclass FROM pg_constraint WHERE contype ="
                      + " 'f' AND conparentid = 0"))
          .containsExactlyInAnyOrder("log|target", "source|target");
      assertThat(
              rows(
                  connection,
                  "SELECT DISTINCT conrelid::regclass, confrelid::regclass FROM pg_constraint"
                      + " WHERE contype = 'f' AND conparentid <> 0"))
          .contains("source|target1", "source|target2", "log1|target");
    }
  }

  /// V15.
  @EveryVersion
  void largeObjectsAreReadAsTheSnapshotSawThem(FactDatabase database) throws SQLException {
    try (Connection connection = database.connect();
        Connection writer = database.connect()) {
      run(
          connection,
          "SELECT lo_from_bytea(4000000001, 'first'), lo_from_bytea(4000000002, 'kept')");
      run(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SELECT 1");
      run(writer, "SELECT lo_put(4000000001, 0, 'later')", "SELECT lo_unlink(4000000002)");
      assertThat(value(writer, "SELECT convert_from(lo_get(4000000001), 'UTF8')"))
          .isEqualTo("later");
      assertThat(value(connection, "SELECT convert_from(lo_get(4000000001), 'UTF8')"))
          .isEqualTo("first");
      assertThat(value(connection, "SELECT convert_from(lo_get(4000000002), 'UTF8')"))
          .isEqualTo("kept");
      assertThat(refused(writer, "SELECT lo_get(4000000002)")).isEqualTo("42704");
      run(connection, "ROLLBACK");
    }
  }
}
