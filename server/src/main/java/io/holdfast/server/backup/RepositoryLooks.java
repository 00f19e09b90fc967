package io.holdfast.server.backup;

import io.holdfast.base.BackupException;
import io.holdfast.server.catalog.CatalogJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/// What was found where repositories are, at the last look and day by day. So nobody who asks waits
/// for a store.
@Component
public final class RepositoryLooks {
  private static final int DAYS_KEPT = 400;

  private final JdbcClient jdbc;
  private final TransactionOperations transactions;

  RepositoryLooks(JdbcClient jdbc, TransactionOperations transactions) {
    this.jdbc = jdbc;
    this.transactions = transactions;
  }

  /// @param place where it is
  /// @param repository its permanent id; empty before it was seen
  /// @param problem why it could not be seen at the last look; empty if it could
  /// @param backups how many it had when it was seen last, those of accounts among them
  /// @param size bytes of what they back up
  /// @param storedBytes what they added to the repository when they were made
  public record Look(
      String place,
      Optional<String> repository,
      Instant lookedAt,
      Optional<Instant> seenAt,
      Optional<String> problem,
      long backups,
      long size,
      long storedBytes) {}

  /// By places.
  public Map<String, Look> all() {
    return jdbc
        .sql("SELECT * FROM repository_looks ORDER BY place")
        .query((row, _) -> look(row))
        .list()
        .stream()
        .collect(Collectors.toMap(Look::place, it -> it));
  }

  /// The table of backups says what the repository holds.
  void seen(String place, String repository) {
    transactions.executeWithoutResult(
        _ -> {
          int _ =
              jdbc.sql(
                      """
                      INSERT INTO repository_looks
                             (place, repository, looked_at, seen_at, problem, backups, size, stored_bytes)
                      SELECT :place, :repository, catalog_now(), catalog_now(), NULL, count(*),
                             coalesce(sum(size), 0), coalesce(sum(stored_bytes), 0)
                        FROM backups WHERE repository = :repository
                      ON CONFLICT (place) DO UPDATE SET repository = EXCLUDED.repository,
                             looked_at = EXCLUDED.looked_at, seen_at = EXCLUDED.seen_at, problem = NULL,
                             backups = EXCLUDED.backups, size = EXCLUDED.size,
                             stored_bytes = EXCLUDED.stored_bytes
                      """)
                  .param("place", place)
                  .param("repository", repository)
                  .update();
          int _ =
              jdbc.sql(
                      """
                      INSERT INTO storage_days (day, repository, backups, size, stored_bytes)
                      SELECT (looked_at AT TIME ZONE 'UTC')::date, repository, backups, size, stored_bytes
                        FROM repository_looks WHERE place = :place
                      ON CONFLICT (day, repository) DO UPDATE SET backups = EXCLUDED.backups,
                             size = EXCLUDED.size, stored_bytes = EXCLUDED.stored_bytes
                      """)
                  .param("place", place)
                  .update();
          int _ =
              jdbc.sql(
                      "DELETE FROM storage_days"
                          + " WHERE day < (catalog_now() AT TIME ZONE 'UTC')::date - :days")
                  .param("days", DAYS_KEPT)
                  .update();
        });
  }

  /// What was seen before stays known.
  void failed(String place, RuntimeException failure) {
    String why =
        failure instanceof BackupException understood
            ? understood.code().label() + ": " + understood.text()
            : "Holdfast made a mistake; the server's log has the details";
    int _ =
        jdbc.sql(
                """
                INSERT INTO repository_looks (place, looked_at, problem)
                VALUES (:place, catalog_now(), :why)
                ON CONFLICT (place) DO UPDATE SET looked_at = EXCLUDED.looked_at,
                       problem = EXCLUDED.problem
                """)
            .param("place", place)
            .param("why", CatalogJson.plain(why))
            .update();
  }

  private static Look look(ResultSet row) throws SQLException {
    return new Look(
        row.getString("place"),
        Optional.ofNullable(row.getString("repository")),
        row.getObject("looked_at", OffsetDateTime.class).toInstant(),
        Optional.ofNullable(row.getObject("seen_at", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant),
        Optional.ofNullable(row.getString("problem")),
        row.getLong("backups"),
        row.getLong("size"),
        row.getLong("stored_bytes"));
  }
}
