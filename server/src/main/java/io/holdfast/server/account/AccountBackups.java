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
  static final String SHARED = "shared";

  private static final String SHARED_WITH =
      """
       FROM accounts me
       JOIN backup_shares s ON s.application = me.application AND s.receiver = me.external_id
                           AND (s.until IS NULL OR s.until > catalog_now())
       JOIN backups b ON b.id = s.backup AND b.user_id = s.owner
       WHERE me.id = :account AND b.kind = 'tenant'
      """;
  private static final String SHARED_COLUMNS =
      "SELECT b.*, s.id AS share, s.shared_by, s.rights, s.until";

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
  /// @param type empty for all of the account but those that restores made
  Page<AccountBackup> list(AccountCaller caller, Optional<String> type, Page.Window window) {
    return type.filter(SHARED::equals).isPresent()
        ? shared(caller, window)
        : own(caller, type, window);
  }

  /// What others share, which is no backup of the account: it does not keep it safe.
  private Page<AccountBackup> shared(AccountCaller caller, Page.Window window) {
    return catalog.as(
        caller.account(),
        () -> {
          List<AccountBackup> some =
              jdbc.sql(
                      SHARED_COLUMNS
                          + SHARED_WITH
                          + " ORDER BY b.created_at DESC, b.id LIMIT :limit OFFSET :offset")
                  .param("account", caller.account())
                  .param("limit", window.limit())
                  .param("offset", window.offset())
                  .query((row, _) -> sharedBackup(row))
                  .list();
          long total =
              jdbc.sql("SELECT count(*)" + SHARED_WITH)
                  .param("account", caller.account())
                  .query(Long.class)
                  .single();
          return Page.of(some, total, window);
        });
  }

  private Page<AccountBackup> own(AccountCaller caller, Optional<String> type, Page.Window window) {
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
              rows.query((row, _) -> backup(row, Optional.empty())).list(),
              count.query(Long.class).single(),
              window);
        });
  }

  /// @throws BackupException `BACKUP_NOT_FOUND`, whether there is none or it is somebody else's
  AccountBackup require(AccountCaller caller, String id) {
    return require(caller.account(), id);
  }

  /// @throws BackupException `BACKUP_NOT_FOUND`, whether there is none or it is somebody else's
  AccountBackup require(UUID account, String id) {
    return catalog.as(account, () -> own(account, id)).orElseThrow(() -> missing(id));
  }

  /// One of the account, or one that is shared with it for this.
  ///
  /// @throws BackupException `BACKUP_NOT_FOUND`, whether there is none or it is somebody else's;
  ///   `NOT_ALLOWED` if it is shared for less
  AccountBackup require(UUID account, String id, SharedRight right) {
    AccountBackup backup =
        catalog
            .as(account, () -> own(account, id).or(() -> shared(account, id)))
            .orElseThrow(() -> missing(id));
    if (backup.shared().filter(share -> !share.gives(right)).isPresent()) {
      throw new BackupException(
          ErrorCode.NOT_ALLOWED,
          "the backup is not shared for this",
          "Ask who shares it for the right '" + right.word() + "'.");
    }
    return backup;
  }

  private static BackupException missing(String id) {
    return new BackupException(
        ErrorCode.BACKUP_NOT_FOUND,
        "there is no backup " + Quoted.of(id),
        "GET /api/backups lists them.");
  }

  private Optional<AccountBackup> own(UUID account, String id) {
    return jdbc.sql(
            "SELECT * FROM backups WHERE id = :id AND user_id = :account AND kind IN ('"
                + KIND
                + "', '"
                + SAFETY_KIND
                + "')")
        .param("id", id)
        .param("account", account)
        .query((row, _) -> backup(row, Optional.empty()))
        .optional();
  }

  private Optional<AccountBackup> shared(UUID account, String id) {
    return jdbc.sql(SHARED_COLUMNS + SHARED_WITH + " AND b.id = :id")
        .param("account", account)
        .param("id", id)
        .query((row, _) -> sharedBackup(row))
        .optional();
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

  private AccountBackup sharedBackup(ResultSet row) throws SQLException {
    return backup(
        row,
        Optional.of(
            new AccountBackup.Shared(
                row.getObject("share", UUID.class),
                row.getString("shared_by"),
                Shares.rights(row),
                Shares.until(row))));
  }

  /// What its owner did with a shared one is the owner's.
  private AccountBackup backup(ResultSet row, Optional<AccountBackup.Shared> shared)
      throws SQLException {
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
        shared.isPresent() ? Optional.empty() : time(row, "last_restored_at"),
        shared.isPresent() ? 0 : row.getInt("restore_count"),
        shared,
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
