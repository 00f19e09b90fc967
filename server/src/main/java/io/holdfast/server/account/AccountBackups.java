package io.holdfast.server.account;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.catalog.AccountCatalog;
import io.holdfast.server.catalog.CatalogJson;
import io.holdfast.server.run.RunRows;
import io.holdfast.server.web.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Backups and runs as their account may see them. The database answers as that account: rows of
/// others are not there.
public final class AccountBackups {
  static final String KIND = "tenant";
  static final String SAFETY_KIND = "tenant-safety";
  static final String SAFETY = "safety";

  private final JdbcClient jdbc;
  private final AccountCatalog catalog;
  private final CatalogJson json;

  public AccountBackups(JdbcClient jdbc, AccountCatalog catalog, CatalogJson json) {
    this.jdbc = jdbc;
    this.catalog = catalog;
    this.json = json;
  }

  /// Newest first.
  ///
  /// @param type empty for all but those that restores made
  Page<AccountBackup> list(AccountCaller caller, Optional<String> type, Page.Window window) {
    String kind = type.filter(SAFETY::equals).isPresent() ? SAFETY_KIND : KIND;
    Optional<String> scope = type.filter(it -> !it.equals(SAFETY));
    String where =
        " FROM backups WHERE user_id = :account AND kind = :kind"
            + (scope.isPresent() ? " AND type = :type" : "");
    return catalog.as(
        caller.account(),
        () -> {
          JdbcClient.StatementSpec rows =
              jdbc.sql(
                      "SELECT *"
                          + where
                          + " ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset")
                  .param("limit", window.limit())
                  .param("offset", window.offset());
          JdbcClient.StatementSpec count = jdbc.sql("SELECT count(*)" + where);
          for (JdbcClient.StatementSpec statement : List.of(rows, count)) {
            var _ = statement.param("account", caller.account()).param("kind", kind);
            scope.ifPresent(it -> statement.param("type", it));
          }
          return Page.of(
              rows.query((row, _) -> backup(row)).list(), count.query(Long.class).single(), window);
        });
  }

  /// @throws BackupException `BACKUP_NOT_FOUND`, whether there is none or it is somebody else's
  AccountBackup require(AccountCaller caller, String id) {
    return require(caller.account(), id);
  }

  /// @throws BackupException `BACKUP_NOT_FOUND`, whether there is none or it is somebody else's
  AccountBackup require(UUID account, String id) {
    return catalog
        .as(
            account,
            () ->
                jdbc.sql(
                        "SELECT * FROM backups WHERE id = :id AND user_id = :account AND kind IN ('"
                            + KIND
                            + "', '"
                            + SAFETY_KIND
                            + "')")
                    .param("id", id)
                    .param("account", account)
                    .query((row, _) -> backup(row))
                    .optional())
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BACKUP_NOT_FOUND,
                    "there is no backup " + Quoted.of(id),
                    "GET /api/backups lists them."));
  }

  /// Backups that the account's settings no longer keep.
  ///
  /// @return permanent ids in that repository
  List<String> outlived(UUID account, AccountSettings settings, String repository) {
    return catalog.as(
        account,
        () ->
            jdbc.sql(
                    """
                    SELECT b.snapshot FROM cleanup_old_backups(:account, :days, :max) old
                      JOIN backups b ON b.id = old.id
                     WHERE b.repository = :repository ORDER BY b.created_at LIMIT 1000
                    """)
                .param("account", account)
                .param("days", settings.retentionDays())
                .param("max", settings.maxBackups())
                .param("repository", repository)
                .query((row, _) -> row.getString(1))
                .list());
  }

  /// How many runs of the account wait or run.
  long open(AccountCaller caller) {
    return catalog.as(
        caller.account(),
        () ->
            jdbc.sql("SELECT count(*) FROM runs WHERE account = :account AND ended_at IS NULL")
                .param("account", caller.account())
                .query(Long.class)
                .single());
  }

  private AccountBackup backup(ResultSet row) throws SQLException {
    String kind = row.getString("kind");
    return new AccountBackup(
        row.getString("id"),
        kind.equals(SAFETY_KIND) ? SAFETY : row.getString("type"),
        row.getString("scope"),
        Optional.ofNullable(row.getString("scope_id")),
        row.getLong("size"),
        row.getLong("stored_bytes"),
        row.getString("checksum"),
        row.getString("repository") + "#" + row.getString("snapshot"),
        Optional.ofNullable(row.getString("encrypted_with")),
        row.getBoolean("includes_audio"),
        row.getBoolean("includes_documents"),
        row.getString("status"),
        row.getBoolean("damaged"),
        RunRows.instant(row, "created_at"),
        time(row, "completed_at"),
        time(row, "verified_at"),
        time(row, "last_restored_at"),
        row.getInt("restore_count"),
        row.getString("snapshot"),
        row.getString("source"),
        kind,
        json.object(row.getString("metadata")));
  }

  private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
