package io.holdfast.postgres.facts;

import static io.holdfast.postgres.facts.FactDatabase.FOREIGN_KEY_VIOLATION;
import static io.holdfast.postgres.facts.FactDatabase.INSUFFICIENT_PRIVILEGE;
import static io.holdfast.postgres.facts.FactDatabase.refused;
import static io.holdfast.postgres.facts.FactDatabase.rows;
import static io.holdfast.postgres.facts.FactDatabase.run;
import static io.holdfast.postgres.facts.FactDatabase.value;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// Why a restore of one tenant switches nothing off in tables that others use: V8, V9.
class SharedTableFactsTest {
  private static void keys(Connection connection) throws SQLException {
    run(
        connection,
        "CREATE TABLE parent (id int PRIMARY KEY)",
        "CREATE TABLE child (id int PRIMARY KEY, parent int,"
            + " CONSTRAINT child_parent_fk FOREIGN KEY (parent) REFERENCES parent)");
  }

  /// V8. The right can be granted since 15.
  @EveryVersion
  void theReplicaRoleIsForSuperusersAndSince15ForWhomItIsGranted(FactDatabase database)
      throws SQLException {
    try (Connection connection = database.connect()) {
      String role = "restorer" + database.version();
      run(connection, "CREATE ROLE " + role + " LOGIN");
      String replica = "SET session_replication_role = replica";
      try (Connection restorer = database.connectAs(role)) {
        assertThat(refused(restorer, replica)).isEqualTo(INSUFFICIENT_PRIVILEGE);
      }
      String grant = "GRANT SET ON PARAMETER session_replication_role TO " + role;
      if (database.version() < 15) {
        assertThat(refused(connection, grant)).isEqualTo("42601");
      } else {
        run(connection, grant);
        try (Connection restorer = database.connectAs(role)) {
          run(restorer, replica);
          assertThat(value(restorer, "SHOW session_replication_role")).isEqualTo("replica");
        }
      }
    }
  }

  /// V8.
  @EveryVersion
  void orphansOfTheReplicaRoleAreNotFoundByValidation(FactDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      keys(connection);
      assertThat(refused(connection, "INSERT INTO child VALUES (1, 99)"))
          .isEqualTo(FOREIGN_KEY_VIOLATION);
      run(
          connection,
          "SET session_replication_role = replica",
          "INSERT INTO child VALUES (1, 99)",
          "SET session_replication_role = DEFAULT",
          "ALTER TABLE child VALIDATE CONSTRAINT child_parent_fk");
      assertThat(
              rows(
                  connection,
                  "SELECT c.id FROM child c LEFT JOIN parent p ON p.id = c.parent"
                      + " WHERE c.parent IS NOT NULL AND p.id IS NULL"))
          .containsExactly("1");
    }
  }

  /// V9.
  @EveryVersion
  void disablingTriggersBlocksEverybodysWrites(FactDatabase database) throws SQLException {
    try (Connection connection = database.connect();
        Connection other = database.connect()) {
      keys(connection);
      run(connection, "BEGIN", "ALTER TABLE child DISABLE TRIGGER USER");
      assertThat(locks(connection, "child")).containsExactly("ShareRowExclusiveLock");
      run(other, "SET lock_timeout = '50ms'");
      assertThat(refused(other, "INSERT INTO child VALUES (7, NULL)")).isEqualTo("55P03");
      assertThat(rows(other, "SELECT * FROM child")).isEmpty();
      run(connection, "ROLLBACK");
    }
  }

  /// V9.
  @EveryVersion
  void makingAConstraintDeferrableBlocksEverybodysReads(FactDatabase database) throws SQLException {
    try (Connection connection = database.connect();
        Connection other = database.connect()) {
      keys(connection);
      run(connection, "BEGIN", "ALTER TABLE child ALTER CONSTRAINT child_parent_fk DEFERRABLE");
      assertThat(locks(connection, "child")).contains("AccessExclusiveLock");
      run(other, "SET lock_timeout = '50ms'");
      assertThat(refused(other, "SELECT * FROM child")).isEqualTo("55P03");
      run(connection, "ROLLBACK");
    }
  }

  private static List<String> locks(Connection connection, String table) throws SQLException {
    return rows(
        connection,
        "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = '"
            + table
            + "'::regclass ORDER BY 1");
  }
}
