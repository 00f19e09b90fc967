package io.holdfast.server.account;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.account.AccountTemplate.Of;
import io.holdfast.server.audit.Audit;
import io.holdfast.server.catalog.AccountCatalog;
import io.holdfast.server.run.RunRows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/// Templates of accounts and of their applications. What an account writes is written as that
/// account; what is the application's by the server, which asks for the right to it first.
public final class AccountTemplates {
  /// How many an account has at most.
  static final int OF_ACCOUNT_MAX = 20;

  /// How many an application has at most.
  static final int OF_APPLICATION_MAX = 50;

  private final JdbcClient jdbc;
  private final AccountCatalog catalog;
  private final TransactionOperations transactions;
  private final Audit audit;
  private final Supplier<UUID> ids;

  public AccountTemplates(
      JdbcClient jdbc,
      AccountCatalog catalog,
      TransactionOperations transactions,
      Audit audit,
      Supplier<UUID> ids) {
    this.jdbc = jdbc;
    this.catalog = catalog;
    this.transactions = transactions;
    this.audit = audit;
    this.ids = ids;
  }

  /// The account's own, and after them those of its application, by name.
  List<AccountTemplate> list(AccountCaller caller) {
    return catalog.as(
        caller.account(),
        () ->
            jdbc.sql(
                    """
                    SELECT * FROM account_templates
                     WHERE account = :account OR (account IS NULL AND application = :application)
                     ORDER BY account IS NULL, name
                    """)
                .param("account", caller.account())
                .param("application", caller.application())
                .query((row, _) -> template(row))
                .list());
  }

  /// The account's own of that name, else the application's.
  ///
  /// @throws BackupException `BACKUP_NOT_FOUND`
  AccountTemplate require(AccountCaller caller, String name) {
    return list(caller).stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow(() -> missing(name));
  }

  private static BackupException missing(String name) {
    return new BackupException(
        ErrorCode.BACKUP_NOT_FOUND,
        "there is no template " + Quoted.of(name),
        "GET /api/backups/templates lists them.");
  }

  /// What is to be written.
  record Draft(String name, Of of, boolean isDefault, String scope, AccountSettings settings) {}

  /// @throws BackupException `NAME_TAKEN`; `BAD_ARGUMENT` if there are enough
  AccountTemplate add(AccountCaller caller, Draft draft) {
    return change(
        caller,
        draft.of(),
        "template.create",
        draft.name(),
        Map.of(
            "of", draft.of().word(),
            "isDefault", draft.isDefault(),
            "scope", draft.scope(),
            "frequency", draft.settings().frequency(),
            "retentionDays", draft.settings().retentionDays(),
            "maxBackups", draft.settings().maxBackups()),
        () -> insert(caller, draft));
  }

  /// @throws BackupException `BACKUP_NOT_FOUND`
  void remove(AccountCaller caller, Of of, String name) {
    boolean _ =
        change(
            caller,
            of,
            "template.delete",
            name,
            Map.of("of", of.word()),
            () -> {
              if (those(caller, of, "DELETE", "AND name = :name").param("name", name).update()
                  == 0) {
                throw missing(name);
              }
              return true;
            });
  }

  private <T> T change(
      AccountCaller caller,
      Of of,
      String action,
      String name,
      Map<String, Object> details,
      Supplier<T> work) {
    String target =
        switch (of) {
          case ACCOUNT -> caller.externalId() + "/" + name;
          case APPLICATION -> caller.application() + "/" + name;
        };
    return switch (of) {
      case ACCOUNT ->
          catalog.as(
              caller.account(), work, _ -> audit.record(caller.name(), action, target, details));
      case APPLICATION ->
          java.util.Objects.requireNonNull(
              transactions.execute(
                  _ -> {
                    T done = work.get();
                    audit.record(caller.name(), action, target, details);
                    return done;
                  }));
    };
  }

  private AccountTemplate insert(AccountCaller caller, Draft draft) {
    requireRoom(caller, draft.of());
    if (draft.isDefault()) {
      int _ =
          jdbc.sql(
                  """
                  UPDATE account_templates SET is_default = false
                   WHERE application = :application AND account IS NULL AND is_default
                  """)
              .param("application", caller.application())
              .update();
    }
    return write(caller, draft)
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.NAME_TAKEN,
                    "there is a template " + Quoted.of(draft.name()),
                    "Delete it first, or choose another name."));
  }

  private void requireRoom(AccountCaller caller, Of of) {
    // One after another, so that there are never more than there may be.
    var _ =
        jdbc.sql("SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))) l")
            .param("id", "templates of " + caller.application())
            .query(Integer.class)
            .single();
    int most =
        switch (of) {
          case ACCOUNT -> OF_ACCOUNT_MAX;
          case APPLICATION -> OF_APPLICATION_MAX;
        };
    if (those(caller, of, "SELECT count(*)", "").query(Long.class).single() >= most) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "there are " + most + " templates of this " + of.word(),
          "Delete one that nobody needs.");
    }
  }

  /// Empty if the name is taken.
  private Optional<AccountTemplate> write(AccountCaller caller, Draft draft) {
    return jdbc.sql(
            """
            INSERT INTO account_templates (id, application, account, name, is_default, scope,
                   auto_backup, frequency, include_audio, include_documents, retention_days,
                   max_backups, encrypt_backups, made_by)
            VALUES (:id, :application, :account, :name, :default, :scope, :auto, :frequency, :audio,
                    :documents, :days, :max, :encrypt, :by)
            ON CONFLICT DO NOTHING
            RETURNING *
            """)
        .param("id", ids.get())
        .param("application", caller.application())
        .param("account", account(caller, draft.of()).orElse(null))
        .param("name", draft.name())
        .param("default", draft.isDefault())
        .param("scope", draft.scope())
        .param("auto", draft.settings().autoBackupEnabled())
        .param("frequency", draft.settings().frequency())
        .param("audio", draft.settings().includeAudioFiles())
        .param("documents", draft.settings().includeDocuments())
        .param("days", draft.settings().retentionDays())
        .param("max", draft.settings().maxBackups())
        .param("encrypt", draft.settings().encryptBackups())
        .param("by", caller.name())
        .query((row, _) -> template(row))
        .optional();
  }

  private static Optional<UUID> account(AccountCaller caller, Of of) {
    return switch (of) {
      case ACCOUNT -> Optional.of(caller.account());
      case APPLICATION -> Optional.empty();
    };
  }

  private JdbcClient.StatementSpec those(AccountCaller caller, Of of, String what, String which) {
    JdbcClient.StatementSpec statement =
        jdbc.sql(
                what
                    + " FROM account_templates WHERE application = :application AND "
                    + switch (of) {
                      case ACCOUNT -> "account = :account ";
                      case APPLICATION -> "account IS NULL ";
                    }
                    + which)
            .param("application", caller.application());
    return switch (of) {
      case ACCOUNT -> statement.param("account", caller.account());
      case APPLICATION -> statement;
    };
  }

  private static AccountTemplate template(ResultSet row) throws SQLException {
    return new AccountTemplate(
        row.getString("name"),
        row.getObject("account") == null ? Of.APPLICATION : Of.ACCOUNT,
        row.getBoolean("is_default"),
        row.getString("scope"),
        AccountSettingsStore.settings(row),
        row.getString("made_by"),
        RunRows.instant(row, "created_at"));
  }
}
