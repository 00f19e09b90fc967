package io.holdfast.server.access;

import io.holdfast.engine.plan.Tier;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The accounts that applications have spoken for.
public final class Accounts {
  private final JdbcClient jdbc;
  private final Supplier<UUID> ids;

  public Accounts(JdbcClient jdbc, Supplier<UUID> ids) {
    this.jdbc = jdbc;
    this.ids = ids;
  }

  /// An account as the catalog knows it.
  public record Account(UUID id, String application, String externalId, Tier tier) {}

  /// The id of an account, which is written down when it is first heard of, with the settings of
  /// the application's default template if there is one, and whose tier follows what the
  /// application says last.
  UUID require(String application, String externalId, Tier tier) {
    Optional<Account> known = find(application, externalId);
    if (known.filter(account -> account.tier() == tier).isPresent()) {
      return known.get().id();
    }
    return jdbc.sql(
            """
            WITH account AS (
              INSERT INTO accounts (id, application, external_id, tier)
              VALUES (:id, :application, :external, :tier)
              ON CONFLICT (application, external_id) DO UPDATE SET tier = excluded.tier
              RETURNING id),
            settings AS (
              INSERT INTO account_settings (account, auto_backup, frequency, include_audio,
                     include_documents, retention_days, max_backups, encrypt_backups)
              SELECT account.id, t.auto_backup, t.frequency, t.include_audio, t.include_documents,
                     t.retention_days, t.max_backups, t.encrypt_backups
                FROM account JOIN account_templates t
                  ON t.application = :application AND t.account IS NULL AND t.is_default
               -- Made by this statement: no other row has this id.
               WHERE account.id = :id)
            SELECT id FROM account
            """)
        .param("id", ids.get())
        .param("application", application)
        .param("external", externalId)
        .param("tier", tier.word())
        .query(UUID.class)
        .single();
  }

  /// The id of an account, which is written down with the least tier if nobody has spoken for it
  /// yet.
  public UUID known(String application, String externalId) {
    return find(application, externalId)
        .map(Account::id)
        .orElseGet(() -> require(application, externalId, Tier.FREE));
  }

  public Optional<Account> find(UUID id) {
    return jdbc.sql("SELECT * FROM accounts WHERE id = :id")
        .param("id", id)
        .query((row, _) -> account(row))
        .optional();
  }

  private Optional<Account> find(String application, String externalId) {
    return jdbc.sql(
            "SELECT * FROM accounts WHERE application = :application AND external_id = :external")
        .param("application", application)
        .param("external", externalId)
        .query((row, _) -> account(row))
        .optional();
  }

  private static Account account(ResultSet row) throws SQLException {
    return new Account(
        row.getObject("id", UUID.class),
        row.getString("application"),
        row.getString("external_id"),
        Tier.valueOf(row.getString("tier").toUpperCase(Locale.ROOT)));
  }
}
