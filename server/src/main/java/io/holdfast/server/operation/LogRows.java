package io.holdfast.server.operation;

import io.holdfast.server.run.RunRows;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// Lines of the logs of runs, by their numbers.
@Component
final class LogRows {
  private final JdbcClient jdbc;

  LogRows(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /// A line that a run told.
  ///
  /// @param number from 1 on, without a hole
  record Line(int number, Instant at, String text) {}

  /// Those that follow a line, at most so many. Whoever asks has found out who may see them.
  List<Line> after(UUID run, int number, int limit) {
    return jdbc.sql(
            """
            SELECT line, at, text FROM run_log WHERE run = :run AND line > :number
             ORDER BY line LIMIT :limit
            """)
        .param("run", run)
        .param("number", number)
        .param("limit", limit)
        .query(
            (row, _) ->
                new Line(row.getInt("line"), RunRows.instant(row, "at"), row.getString("text")))
        .list();
  }
}
