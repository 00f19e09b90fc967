package io.holdfast.server.health;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;

/// What the catalog knows, in the text format of Prometheus. Every server of one catalog says the
/// same, and nothing is counted in memory, so a restart loses nothing.
public final class Metrics {
  private final JdbcClient jdbc;

  public Metrics(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  String ofCatalog() {
    StringBuilder text = new StringBuilder();
    head(
        text,
        "holdfast_last_success_timestamp_seconds",
        "When work of a source succeeded last; kind is full, incremental, dump, verify and so on.");
    rows(
        text,
        "holdfast_last_success_timestamp_seconds",
        "SELECT source, kind, extract(epoch FROM at) AS value FROM last_successes"
            + " ORDER BY source, kind");
    head(text, "holdfast_incidents", "What is wrong now, by event.");
    rows(
        text,
        "holdfast_incidents",
        "SELECT event, count(*) AS value FROM incidents GROUP BY event ORDER BY event");
    head(text, "holdfast_runs_open", "Runs that wait or run.");
    rows(
        text,
        "holdfast_runs_open",
        """
        SELECT status, (SELECT count(*) FROM runs r WHERE r.status = s.status) AS value
          FROM (VALUES ('pending'), ('running')) s (status)
        """);
    head(text, "holdfast_runs_last_day", "Runs of the last 24 hours, by what became of them.");
    rows(
        text,
        "holdfast_runs_last_day",
        """
        SELECT kind, status, count(*) AS value FROM runs
         WHERE created_at > catalog_now() - interval '1 day'
         GROUP BY kind, status ORDER BY kind, status
        """);
    head(text, "holdfast_backups_bytes", "Bytes of the backups that are kept, before packing.");
    rows(
        text,
        "holdfast_backups_bytes",
        "SELECT source, kind, sum(size) AS value FROM backups GROUP BY source, kind"
            + " ORDER BY source, kind");
    head(text, "holdfast_scheduling", "1 while schedules are carried out, 0 while stopped.");
    rows(text, "holdfast_scheduling", "SELECT running::integer AS value FROM scheduling");
    head(text, "holdfast_notices_waiting", "Notices that were not delivered yet.");
    rows(
        text,
        "holdfast_notices_waiting",
        "SELECT count(*) AS value FROM notices WHERE done_at IS NULL");
    return text.toString();
  }

  /// A line for each row: the column `value`, all others as labels.
  private void rows(StringBuilder text, String name, String query) {
    RowCallbackHandler each = row -> line(text, name, labels(row), row.getDouble("value"));
    jdbc.sql(query).query(each);
  }

  private static Map<String, String> labels(ResultSet row) throws SQLException {
    Map<String, String> labels = new TreeMap<>();
    for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
      String column = row.getMetaData().getColumnLabel(i);
      if (!column.equals("value")) {
        labels.put(column, String.valueOf(row.getString(i)));
      }
    }
    return labels;
  }

  static void head(StringBuilder text, String name, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(" gauge\n");
  }

  static void line(StringBuilder text, String name, Map<String, String> labels, double value) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append(
          new TreeMap<>(labels)
              .entrySet().stream()
                  .map(label -> label.getKey() + "=\"" + escaped(label.getValue()) + "\"")
                  .collect(Collectors.joining(",", "{", "}")));
    }
    text.append(' ').append(value).append('\n');
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
