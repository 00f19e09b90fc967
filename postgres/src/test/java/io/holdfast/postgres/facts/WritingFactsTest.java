package io.holdfast.postgres.facts;

import static io.holdfast.postgres.facts.FactDatabase.UNIQUE_VIOLATION;
import static io.holdfast.postgres.facts.FactDatabase.copyIn;
import static io.holdfast.postgres.facts.FactDatabase.copyOut;
import static io.holdfast.postgres.facts.FactDatabase.refused;
import static io.holdfast.postgres.facts.FactDatabase.rows;
import static io.holdfast.postgres.facts.FactDatabase.run;
import static io.holdfast.postgres.facts.FactDatabase.value;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;

/// Columns and rows that cannot simply be written back: V4, V5, V10, V11, V14.
class WritingFactsTest {
  private static final String GENERATED_ALWAYS = "428C9";

  /// V4.
  @EveryVersion
  void copyWritesAnIdentityThatInsertMustOverride(FactDatabase database) throws Exception {
    try (Connection connection = database.connect()) {
      run(
          connection,
          "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text)");
      copyIn(connection, "COPY t (id, note) FROM STDIN", "1\tcopied\n");
      assertThat(refused(connection, "INSERT INTO t (id, note) VALUES (2, 'x')"))
          .isEqualTo(GENERATED_ALWAYS);
      run(connection, "INSERT INTO t (id, note) OVERRIDING SYSTEM VALUE VALUES (2, 'overridden')");
      assertThat(rows(connection, "SELECT id FROM t ORDER BY id")).containsExactly("1", "2");
      assertThat(refused(connection, "UPDATE t SET id = 3 WHERE id = 2"))
          .isEqualTo(GENERATED_ALWAYS);
    }
  }

  /// V4.
  @EveryVersion
  void givenIdentitiesDoNotAdvanceTheSequence(FactDatabase database) throws Exception {
    try (Connection connection = database.connect()) {
      run(
          connection,
          "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text)");
      copyIn(connection, "COPY t (id, note) FROM STDIN", "1\tcopied\n");
      assertThat(refused(connection, "INSERT INTO t (note) VALUES ('collides')"))
          .isEqualTo(UNIQUE_VIOLATION);
      run(
          connection,
          "INSERT INTO t (id) OVERRIDING SYSTEM VALUE VALUES (2), (3), (4)",
          "SELECT setval(pg_get_serial_sequence('t', 'id'), greatest(max(id),"
              + " (SELECT last_value FROM t_id_seq))) FROM t");
      assertThat(rows(connection, "INSERT INTO t (note) VALUES ('next') RETURNING id"))
          .containsExactly("5");
    }
  }

  /// V5. Until 13 the server calls an INSERT of such a column a wrong statement.
  @EveryVersion
  void aStoredGeneratedColumnCannotBeWritten(FactDatabase database) throws Exception {
    try (Connection connection = database.connect()) {
      run(
          connection,
          "CREATE TABLE t (id int PRIMARY KEY, double int GENERATED ALWAYS AS (id * 2) STORED)",
          "INSERT INTO t VALUES (1)");
      String refusal = database.version() < 14 ? "42601" : GENERATED_ALWAYS;
      assertThat(refused(connection, "INSERT INTO t (id, double) VALUES (2, 4)"))
          .isEqualTo(refusal);
      assertThat(refused(connection, "UPDATE t SET double = 2")).isEqualTo(refusal);
      assertThat(refused(() -> copyIn(connection, "COPY t (id, double) FROM STDIN", "2\t4\n")))
          .isEqualTo("42P10");
      assertThat(copyOut(connection, "COPY t TO STDOUT")).isEqualTo("1\n");
      assertThat(refused(() -> copyOut(connection, "COPY t (id, double) TO STDOUT")))
          .isEqualTo("42P10");
      assertThat(copyOut(connection, "COPY (SELECT id, double FROM t) TO STDOUT"))
          .isEqualTo("1\t2\n");
    }
  }

  /// V10.
  @EveryVersion
  void onConflictDoNothingFailsBesideADeferrableUniqueKey(FactDatabase database)
      throws SQLException {
    try (Connection connection = database.connect()) {
      run(
          connection,
          "CREATE TABLE t (id int PRIMARY KEY, place int UNIQUE DEFERRABLE INITIALLY IMMEDIATE)",
          "INSERT INTO t VALUES (1, 1)");
      assertThat(refused(connection, "INSERT INTO t VALUES (2, 1) ON CONFLICT DO NOTHING"))
          .isEqualTo("55000");
      assertThat(refused(connection, "INSERT INTO t VALUES (3, 3) ON CONFLICT DO NOTHING"))
          .as("also where nothing conflicts")
          .isEqualTo("55000");
      run(connection, "INSERT INTO t VALUES (1, 9) ON CONFLICT (id) DO NOTHING");
      run(
          connection,
          "INSERT INTO t SELECT * FROM (VALUES (2, 1), (3, 3)) AS n (id, place) WHERE NOT EXISTS"
              + " (SELECT FROM t WHERE t.id = n.id OR t.place = n.place)");
      assertThat(rows(connection, "SELECT * FROM t ORDER BY id")).containsExactly("1|1", "3|3");
    }
  }

  /// V11.
  @EveryVersion
  void numbersAreUsedUpByWhatIsRolledBack(FactDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      run(connection, "CREATE TABLE t (id serial PRIMARY KEY, note text)");
      run(connection, "BEGIN", "INSERT INTO t (note) VALUES ('a'), ('b')", "ROLLBACK");
      assertThat(value(connection, "INSERT INTO t (note) VALUES ('c') RETURNING id"))
          .isEqualTo("3");
    }
  }

  /// V14.
  @EveryVersion
  void anUpsertTellsInsertedFromUpdatedFromIdenticalRows(FactDatabase database)
      throws SQLException {
    try (Connection connection = database.connect()) {
      run(
          connection,
          "CREATE TABLE t (id int PRIMARY KEY, note text, more jsonb)",
          "INSERT INTO t VALUES (1, 'same', NULL), (2, 'old', '{}')");
      assertThat(
              rows(
                  connection,
                  "INSERT INTO t VALUES (1, 'same', NULL), (2, 'new', '{}'), (3, 'first', NULL)"
                      + " ON CONFLICT (id) DO UPDATE SET note = excluded.note, more = excluded.more"
                      + " WHERE t.* IS DISTINCT FROM excluded.* RETURNING id, xmax = 0"))
          .containsExactlyInAnyOrder("2|f", "3|t");
    }
  }

  /// V14: since 17 MERGE says what it did, and reaches rows that only the target has.
  @EveryVersion
  void since17MergeTellsWhatItDidAndDeletesWhatIsExtra(FactDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      run(
          connection,
          "CREATE TABLE t (id int PRIMARY KEY, note text)",
          "INSERT INTO t VALUES (1, 'same'), (2, 'old'), (4, 'extra')");
      String merge =
          "MERGE INTO t USING (VALUES (1, 'same'), (2, 'new'), (3, 'first')) AS s (id, note)"
              + " ON t.id = s.id"
              + " WHEN MATCHED AND t.note IS DISTINCT FROM s.note THEN UPDATE SET note = s.note"
              + " WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.note)"
              + " WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING merge_action(), t.id";
      if (database.version() < 17) {
        assertThat(refused(connection, merge)).isEqualTo("42601");
      } else {
        assertThat(rows(connection, merge))
            .containsExactlyInAnyOrder("UPDATE|2", "INSERT|3", "DELETE|4");
      }
    }
  }
}
