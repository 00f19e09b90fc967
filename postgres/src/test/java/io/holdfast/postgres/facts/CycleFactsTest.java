package io.holdfast.postgres.facts;

import static io.holdfast.postgres.facts.FactDatabase.FOREIGN_KEY_VIOLATION;
import static io.holdfast.postgres.facts.FactDatabase.copyIn;
import static io.holdfast.postgres.facts.FactDatabase.refused;
import static io.holdfast.postgres.facts.FactDatabase.rows;
import static io.holdfast.postgres.facts.FactDatabase.run;
import static io.holdfast.postgres.facts.FactDatabase.value;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;

/// Rows that need each other: V1, V2, V3, V12, V16.
class CycleFactsTest {
  /// Three tables in a ring, no key can be null or deferred.
  private static void ring(Connection connection) throws SQLException {
    run(
        connection,
        "CREATE TABLE a (id int PRIMARY KEY, next int NOT NULL, note text)",
        "CREATE TABLE b (id int PRIMARY KEY, next int NOT NULL REFERENCES a)",
        "CREATE TABLE c (id int PRIMARY KEY, next int NOT NULL REFERENCES b)",
        "ALTER TABLE a ADD FOREIGN KEY (next) REFERENCES c");
  }

  /// V1.
  @EveryVersion
  void oneStatementInsertsARingOfTablesThatSingleStatementsCannot(FactDatabase database)
      throws SQLException {
    try (Connection connection = database.connect()) {
      ring(connection);
      for (String table : new String[] {"a", "b", "c"}) {
        assertThat(refused(connection, "INSERT INTO " + table + " VALUES (1, 1)"))
            .isEqualTo(FOREIGN_KEY_VIOLATION);
      }
      run(
          connection,
          "WITH x AS (INSERT INTO a VALUES (1, 1)), y AS (INSERT INTO b VALUES (1, 1))"
              + " INSERT INTO c VALUES (1, 1)");
      assertThat(
              refused(
                  connection,
                  "WITH x AS (INSERT INTO a VALUES (2, 99)), y AS (INSERT INTO b VALUES (2, 2))"
                      + " INSERT INTO c VALUES (2, 2)"))
          .isEqualTo(FOREIGN_KEY_VIOLATION);
      assertThat(rows(connection, "SELECT id FROM a UNION ALL SELECT id FROM b")).hasSize(2);
    }
  }

  /// V1, with rows of which some are there.
  @EveryVersion
  void oneStatementUpsertsARingOfTables(FactDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      ring(connection);
      String upsert = " ON CONFLICT (id) DO UPDATE SET next = excluded.next";
      for (int i = 0; i < 2; i++) {
        run(
            connection,
            "WITH x AS (INSERT INTO a VALUES (1, 2), (2, 1)"
                + upsert
                + "), y AS (INSERT INTO b VALUES (1, 2), (2, 1)"
                + upsert
                + ") INSERT INTO c VALUES (1, 2), (2, 1)"
                + upsert);
      }
      assertThat(rows(connection, "SELECT * FROM c ORDER BY id")).containsExactly("1|2", "2|1");
    }
  }

  /// V2.
  @EveryVersion
  void aChildMayStandBeforeItsParentInOneInsertAndInOneCopy(FactDatabase database)
      throws Exception {
    try (Connection connection = database.connect()) {
      run(
          connection,
          "CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree, other int REFERENCES"
              + " tree)",
          "INSERT INTO tree SELECT n, nullif(n + 1, 4), 4 - n FROM generate_series(1, 3) AS n");
      copyIn(connection, "COPY tree FROM STDIN", "11\t12\t13\n12\t13\t\\N\n13\t\\N\t11\n");
      assertThat(value(connection, "SELECT count(*) FROM tree")).isEqualTo("6");
      assertThat(refused(() -> copyIn(connection, "COPY tree FROM STDIN", "21\t22\t\\N\n")))
          .isEqualTo(FOREIGN_KEY_VIOLATION);
    }
  }

  /// V3. Since 18 a row that ON DELETE RESTRICT keeps is refused with its own SQLSTATE.
  @EveryVersion
  void oneStatementDeletesARingAndParentsTogetherWithChildrenThatRestrict(FactDatabase database)
      throws SQLException {
    try (Connection connection = database.connect()) {
      ring(connection);
      run(
          connection,
          "WITH x AS (INSERT INTO a VALUES (1, 1)), y AS (INSERT INTO b VALUES (1, 1))"
              + " INSERT INTO c VALUES (1, 1)");
      for (String table : new String[] {"a", "b", "c"}) {
        assertThat(refused(connection, "DELETE FROM " + table)).isEqualTo(FOREIGN_KEY_VIOLATION);
      }
      run(connection, "WITH x AS (DELETE FROM a), y AS (DELETE FROM b) DELETE FROM c");

      run(
          connection,
          "CREATE TABLE parent (id int PRIMARY KEY)",
          "CREATE TABLE child (id int PRIMARY KEY, parent int NOT NULL REFERENCES parent ON DELETE"
              + " RESTRICT)",
          "INSERT INTO parent VALUES (1), (2)",
          "INSERT INTO child VALUES (1, 1), (2, 2)");
      assertThat(refused(connection, "DELETE FROM parent WHERE id = 1"))
          .isEqualTo(database.version() < 18 ? FOREIGN_KEY_VIOLATION : "23001");
      run(
          connection,
          "WITH x AS (DELETE FROM parent WHERE id = 1) DELETE FROM child WHERE parent = 1",
          "WITH x AS (DELETE FROM child WHERE parent = 2) DELETE FROM parent WHERE id = 2");
      assertThat(rows(connection, "SELECT id FROM parent UNION SELECT id FROM child")).isEmpty();
    }
  }

  /// V12.
  @EveryVersion
  void aCascadeTakesAnotherTenantsRowWithoutAWord(FactDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      tenants(connection, "ON DELETE CASCADE");
      assertThat(rows(connection, "DELETE FROM folder WHERE tenant = 1 RETURNING id")).hasSize(1);
      assertThat(rows(connection, "SELECT id FROM note WHERE tenant = 2")).isEmpty();
    }
  }

  /// V16.
  @EveryVersion
  void oneJoinFindsRowsThatReferToAnotherTenant(FactDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      tenants(connection, "");
      assertThat(
              rows(
                  connection,
                  "SELECT n.id, f.tenant FROM note n JOIN folder f ON f.id = n.folder"
                      + " WHERE n.tenant <> f.tenant"))
          .containsExactly("12|1");
    }
  }

  /// Folder 1 of tenant 1 has a note of tenant 1 and one of tenant 2.
  private static void tenants(Connection connection, String onDelete) throws SQLException {
    run(
        connection,
        "CREATE TABLE folder (id int PRIMARY KEY, tenant int NOT NULL)",
        "CREATE TABLE note (id int PRIMARY KEY, tenant int NOT NULL, folder int REFERENCES folder "
            + onDelete
            + ")",
        "INSERT INTO folder VALUES (1, 1), (2, 2)",
        "INSERT INTO note VALUES (11, 1, 1), (12, 2, 1)");
  }
}
