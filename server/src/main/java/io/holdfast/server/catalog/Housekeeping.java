package io.holdfast.server.catalog;

import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Lets go what nobody asks for any more: old runs with their logs, old notices, and shares that
/// ended. What was told of a run, and the audit log, do not depend on them.
public final class Housekeeping {
  private static final int BATCH = 5_000;

  /// Statements that delete a batch of what is older than so many days.
  private static final Map<String, Integer> DELETIONS =
      Map.of(
          """
          DELETE FROM run_log WHERE run IN (
            SELECT DISTINCT run FROM run_log WHERE at < catalog_now() - :days * interval '1 day'
             LIMIT :batch)
          """,
          90,
          """
          DELETE FROM backup_shares WHERE id IN (
            SELECT id FROM backup_shares WHERE until < catalog_now() - :days * interval '1 day'
             LIMIT :batch)
          """,
          30,
          """
          DELETE FROM runs WHERE id IN (
            SELECT id FROM runs WHERE ended_at < catalog_now() - :days * interval '1 day' AND told
             LIMIT :batch)
          """,
          400,
          """
          DELETE FROM notices WHERE id IN (
            SELECT id FROM notices WHERE created_at < catalog_now() - :days * interval '1 day'
               AND done_at IS NOT NULL
             LIMIT :batch)
          """,
          90);

  private final JdbcClient jdbc;

  public Housekeeping(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  public void clean() {
    DELETIONS.forEach(this::clean);
  }

  private void clean(String statement, int days) {
    int deleted = BATCH;
    while (deleted >= BATCH) {
      deleted = jdbc.sql(statement).param("days", days).param("batch", BATCH).update();
    }
  }
}
