package io.holdfast.server.overview;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// What the catalog knows of sources, for many of them at once.
@Component
final class SourceRows {
  /// Stands in no name of a source.
  private static final String BETWEEN = ",";

  private static final String OF_SOURCES = "= ANY (string_to_array(:sources, ','))";

  private final JdbcClient jdbc;

  SourceRows(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /// A backup that was sound when it was made.
  record LastBackup(String id, String kind, String type, Instant createdAt, long size) {}

  /// When each kind of work of a source succeeded last.
  Map<String, Map<String, Instant>> lastSuccesses(List<String> sources) {
    Map<String, Map<String, Instant>> found = new HashMap<>();
    RowCallbackHandler each =
        row ->
            found
                .computeIfAbsent(row.getString("source"), _ -> new TreeMap<>())
                .put(row.getString("kind"), row.getObject("at", OffsetDateTime.class).toInstant());
    jdbc.sql("SELECT source, kind, at FROM last_successes WHERE source " + OF_SOURCES)
        .param("sources", String.join(BETWEEN, sources))
        .query(each);
    return found;
  }

  /// Of each source the newest that has no damage, those of accounts left out.
  Map<String, LastBackup> lastBackups(List<String> sources) {
    Map<String, LastBackup> found = new HashMap<>();
    RowCallbackHandler each =
        row ->
            found.put(
                row.getString("source"),
                new LastBackup(
                    row.getString("id"),
                    row.getString("kind"),
                    row.getString("type"),
                    row.getObject("created_at", OffsetDateTime.class).toInstant(),
                    row.getLong("size")));
    jdbc.sql(
            """
            SELECT newest.* FROM unnest(string_to_array(:sources, ',')) AS named (source)
             CROSS JOIN LATERAL (
                   SELECT source, id, kind, type, created_at, size FROM backups
                    WHERE backups.source = named.source AND user_id IS NULL AND kind <> 'tenant'
                      AND NOT damaged
                    ORDER BY created_at DESC LIMIT 1) AS newest
            """)
        .param("sources", String.join(BETWEEN, sources))
        .query(each);
    return found;
  }

  /// What is wrong with sources now, by the words for it.
  Map<String, List<String>> incidents(List<String> sources) {
    Map<String, List<String>> found = new HashMap<>();
    RowCallbackHandler each =
        row ->
            found
                .computeIfAbsent(row.getString("source"), _ -> new ArrayList<>())
                .add(row.getString("event"));
    jdbc.sql("SELECT source, event FROM incidents WHERE source " + OF_SOURCES + " ORDER BY event")
        .param("sources", String.join(BETWEEN, sources))
        .query(each);
    return found;
  }
}
