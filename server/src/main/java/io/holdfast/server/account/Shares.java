package io.holdfast.server.account;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.audit.Audit;
import io.holdfast.server.catalog.AccountCatalog;
import io.holdfast.server.run.RunRows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/// What accounts let others of their application have of their backups. All of it is written and
/// read as the account: the database lets nobody share what is another's, nor see who else has it.
public final class Shares {
  /// How many of one backup there are at most.
  static final int OF_BACKUP_MAX = 50;

  private static final int YEARS_MAX = 10;

  private final JdbcClient jdbc;
  private final AccountCatalog catalog;
  private final Audit audit;
  private final Supplier<UUID> ids;

  public Shares(JdbcClient jdbc, AccountCatalog catalog, Audit audit, Supplier<UUID> ids) {
    this.jdbc = jdbc;
    this.catalog = catalog;
    this.audit = audit;
    this.ids = ids;
  }

  /// A share, as the account sees it that made it.
  ///
  /// @param account who has it, as the application names it
  /// @param until when it ends; empty for when it is withdrawn
  record Share(
      UUID id,
      String backup,
      String account,
      List<String> rights,
      Optional<Instant> until,
      Instant createdAt) {}

  /// Those of a backup of the account that count, the oldest first.
  List<Share> of(AccountCaller caller, AccountBackup backup) {
    return catalog.as(
        caller.account(),
        () ->
            counting("SELECT *", caller, backup, " ORDER BY created_at, id")
                .query((row, _) -> share(row))
                .list());
  }

  private JdbcClient.StatementSpec counting(
      String select, AccountCaller caller, AccountBackup backup, String end) {
    return jdbc.sql(
            select
                + " FROM backup_shares WHERE backup = :backup AND owner = :account"
                + " AND (until IS NULL OR until > catalog_now())"
                + end)
        .param("backup", backup.id())
        .param("account", caller.account());
  }

  /// Shares a backup of the account, or changes how it is shared with somebody.
  ///
  /// @param receiver as the application names it
  Share share(
      AccountCaller caller,
      AccountBackup backup,
      String receiver,
      Set<SharedRight> rights,
      Optional<Instant> until) {
    return catalog.as(
        caller.account(),
        () -> {
          until.ifPresent(this::requireEnd);
          requireRoom(caller, backup, receiver);
          return write(caller, backup, receiver, rights, until);
        },
        made ->
            audit.record(
                caller.name(),
                "account.share",
                backup.id(),
                Map.of(
                    "share", made.id(),
                    "account", made.account(),
                    "rights", made.rights(),
                    "until", made.until().map(Instant::toString).orElse(""))));
  }

  private void requireEnd(Instant until) {
    boolean isSoon =
        jdbc.sql(
                """
                SELECT :until > catalog_now()
                       AND :until < catalog_now() + :years * interval '1 year'
                """)
            .param("until", until.atOffset(ZoneOffset.UTC))
            .param("years", YEARS_MAX)
            .query(Boolean.class)
            .single();
    if (!isSoon) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "nothing can be shared until " + until,
          "Give a time that is to come, in at most " + YEARS_MAX + " years, or none.");
    }
  }

  private void requireRoom(AccountCaller caller, AccountBackup backup, String receiver) {
    // One after another, so that there are never more than there may be.
    var _ =
        jdbc.sql("SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))) l")
            .param("id", "shares of " + backup.id())
            .query(Integer.class)
            .single();
    long others =
        counting("SELECT count(*)", caller, backup, " AND receiver <> :receiver")
            .param("receiver", receiver)
            .query(Long.class)
            .single();
    if (others >= OF_BACKUP_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the backup is shared with " + others + " accounts",
          "Withdraw a share that nobody needs.");
    }
  }

  private Share write(
      AccountCaller caller,
      AccountBackup backup,
      String receiver,
      Set<SharedRight> rights,
      Optional<Instant> until) {
    return jdbc.sql(
            """
            INSERT INTO backup_shares (id, backup, owner, application, shared_by, receiver, rights,
                   until, made_by)
            VALUES (:id, :backup, :owner, :application, :by, :receiver,
                    string_to_array(:rights, ','), :until, :user)
            ON CONFLICT (backup, receiver) DO UPDATE SET rights = excluded.rights,
                   until = excluded.until, made_by = excluded.made_by, created_at = catalog_now()
            RETURNING *
            """)
        .param("id", ids.get())
        .param("backup", backup.id())
        .param("owner", caller.account())
        .param("application", caller.application())
        .param("by", caller.externalId())
        .param("receiver", receiver)
        .param(
            "rights",
            rights.stream().map(SharedRight::word).sorted().collect(Collectors.joining(",")))
        .param("until", until.map(it -> it.atOffset(ZoneOffset.UTC)).orElse(null))
        .param("user", caller.name())
        .query((row, _) -> share(row))
        .single();
  }

  /// Ends a share, for the account that made it or the one that has it.
  ///
  /// @throws BackupException `BACKUP_NOT_FOUND`, whether there is none or it is others'
  void end(AccountCaller caller, String backup, String share) {
    int _ =
        catalog.as(
            caller.account(),
            () -> {
              int ended = uuid(share).map(id -> delete(caller, backup, id)).orElse(0);
              if (ended == 0) {
                throw new BackupException(
                    ErrorCode.BACKUP_NOT_FOUND,
                    "there is no share " + Quoted.of(share),
                    "GET /api/backups/ID/shares lists them.");
              }
              return ended;
            },
            _ -> audit.record(caller.name(), "account.unshare", backup, Map.of("share", share)));
  }

  private int delete(AccountCaller caller, String backup, UUID share) {
    return jdbc.sql(
            """
            DELETE FROM backup_shares
             WHERE id = :id AND backup = :backup
               AND (owner = :account OR (application = :application AND receiver = :external))
            """)
        .param("id", share)
        .param("backup", backup)
        .param("account", caller.account())
        .param("application", caller.application())
        .param("external", caller.externalId())
        .update();
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static Share share(ResultSet row) throws SQLException {
    return new Share(
        row.getObject("id", UUID.class),
        row.getString("backup"),
        row.getString("receiver"),
        rights(row),
        until(row),
        RunRows.instant(row, "created_at"));
  }

  /// Of a row that has this column.
  static List<String> rights(ResultSet row) throws SQLException {
    return Arrays.asList((String[]) row.getArray("rights").getArray());
  }

  /// Of a row that has this column.
  static Optional<Instant> until(ResultSet row) throws SQLException {
    return Optional.ofNullable(row.getObject("until", OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
