package io.holdfast.server.account;

import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.catalog.AccountCatalog;
import io.holdfast.server.run.RunRows;
import io.holdfast.server.web.Page;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/// What was told of a backup of an account: by the run that made it, and by those that verified it
/// or restored from it. The database answers as that account.
public final class AccountBackupLog {
  /// A backup that this catalog knows no run of, because it is older than the catalog or came from
  /// a command, has no lines.
  private static final String LINES =
      """
       FROM runs r JOIN run_log l ON l.run = r.id
       WHERE r.account = :account
         AND (r.result ->> 'backup' = :id OR r.result ->> 'safetyBackup' = :id
              OR r.request ->> 'entry' = :id OR r.request ->> 'backup' = :snapshot)
      """;

  private final JdbcClient jdbc;
  private final AccountCatalog catalog;

  public AccountBackupLog(JdbcClient jdbc, AccountCatalog catalog) {
    this.jdbc = jdbc;
    this.catalog = catalog;
  }

  /// A line that an operation told.
  ///
  /// @param operation which one
  /// @param kind what it did
  record Line(UUID operation, String kind, Instant at, String text) {}

  /// Oldest first.
  ///
  /// @param backup of that account
  Page<Line> of(AccountCaller caller, AccountBackup backup, Page.Window window) {
    return catalog.as(
        caller.account(),
        () -> {
          List<Line> lines =
              asked(
                      "SELECT r.id, r.kind, l.at, l.text"
                          + LINES
                          + " ORDER BY r.created_at, r.id, l.line LIMIT :limit OFFSET :offset",
                      caller,
                      backup)
                  .param("limit", window.limit())
                  .param("offset", window.offset())
                  .query(
                      (row, _) ->
                          new Line(
                              row.getObject("id", UUID.class),
                              row.getString("kind"),
                              RunRows.instant(row, "at"),
                              row.getString("text")))
                  .list();
          long total = asked("SELECT count(*)" + LINES, caller, backup).query(Long.class).single();
          return Page.of(lines, total, window);
        });
  }

  private JdbcClient.StatementSpec asked(
      String statement, AccountCaller caller, AccountBackup backup) {
    return jdbc.sql(statement)
        .param("account", caller.account())
        .param("id", backup.id())
        .param("snapshot", backup.snapshot());
  }
}
