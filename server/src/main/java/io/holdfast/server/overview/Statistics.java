package io.holdfast.server.overview;

import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// Figures by the day (UTC). Each query reads an index from the first day on, however much history
/// lies before.
@Component
final class Statistics {
  static final String RUNS =
      """
      SELECT (created_at AT TIME ZONE 'UTC')::date AS day, kind, status, count(*) AS runs,
             coalesce(sum(extract(epoch FROM ended_at - started_at)), 0) AS seconds,
             coalesce(max(extract(epoch FROM ended_at - started_at)), 0) AS longest
        FROM runs WHERE created_at >= :from
       GROUP BY day, kind, status ORDER BY day, kind, status
      """;

  static final String RUNS_OF_SOURCE =
      RUNS.replace("WHERE created_at", "WHERE source = :source AND created_at");

  static final String BACKUPS =
      """
      SELECT (created_at AT TIME ZONE 'UTC')::date AS day, kind, type, count(*) AS backups,
             sum(size) AS size, sum(stored_bytes) AS stored
        FROM backups WHERE status = 'completed' AND created_at >= :from
       GROUP BY day, kind, type ORDER BY day, kind, type
      """;

  static final String BACKUPS_OF_SOURCE =
      BACKUPS.replace("WHERE status", "WHERE source = :source AND status");

  static final String STORAGE =
      """
      SELECT day, repository, backups, size, stored_bytes FROM storage_days WHERE day >= :day
       ORDER BY day, repository LIMIT 50000
      """;

  private final JdbcClient jdbc;

  Statistics(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /// @param seconds that they took together
  /// @param longestSeconds of one of them
  record RunsOfDay(
      LocalDate day,
      String kind,
      String status,
      long runs,
      double seconds,
      double longestSeconds) {}

  /// Backups that were made then and are there still.
  record BackupsOfDay(
      LocalDate day, String kind, String type, long backups, long size, long storedBytes) {}

  /// What a repository held then.
  record StorageOfDay(
      LocalDate day, String repository, long backups, long size, long storedBytes) {}

  /// The first of so many days, the last of which is today.
  LocalDate first(int days) {
    return jdbc.sql("SELECT catalog_now()")
        .query(OffsetDateTime.class)
        .single()
        .withOffsetSameInstant(ZoneOffset.UTC)
        .toLocalDate()
        .minusDays(days - 1L);
  }

  List<RunsOfDay> runs(LocalDate first, Optional<String> source) {
    return from(source.isPresent() ? RUNS_OF_SOURCE : RUNS, first, source)
        .query(
            (row, _) ->
                new RunsOfDay(
                    row.getObject("day", LocalDate.class),
                    row.getString("kind"),
                    row.getString("status"),
                    row.getLong("runs"),
                    row.getDouble("seconds"),
                    row.getDouble("longest")))
        .list();
  }

  List<BackupsOfDay> backups(LocalDate first, Optional<String> source) {
    return from(source.isPresent() ? BACKUPS_OF_SOURCE : BACKUPS, first, source)
        .query(
            (row, _) ->
                new BackupsOfDay(
                    row.getObject("day", LocalDate.class),
                    row.getString("kind"),
                    row.getString("type"),
                    row.getLong("backups"),
                    row.getLong("size"),
                    row.getLong("stored")))
        .list();
  }

  private JdbcClient.StatementSpec from(String query, LocalDate first, Optional<String> source) {
    JdbcClient.StatementSpec statement =
        jdbc.sql(query).param("from", first.atStartOfDay().atOffset(ZoneOffset.UTC));
    return source.map(it -> statement.param("source", it)).orElse(statement);
  }

  List<StorageOfDay> storage(LocalDate first) {
    return jdbc.sql(STORAGE)
        .param("day", first)
        .query(
            (row, _) ->
                new StorageOfDay(
                    row.getObject("day", LocalDate.class),
                    row.getString("repository"),
                    row.getLong("backups"),
                    row.getLong("size"),
                    row.getLong("stored_bytes")))
        .list();
  }
}
