package io.holdfast.server.account;

import io.holdfast.engine.plan.Tier;
import io.holdfast.engine.plan.Tiers;
import io.holdfast.server.catalog.AccountCatalog;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Settings of accounts in the catalog.
public final class AccountSettingsStore {
  private final JdbcClient jdbc;
  private final AccountCatalog catalog;
  private final Tiers tiers;

  public AccountSettingsStore(JdbcClient jdbc, AccountCatalog catalog, Tiers tiers) {
    this.jdbc = jdbc;
    this.catalog = catalog;
    this.tiers = tiers;
  }

  /// What the account chose, or what is usual for its tier.
  AccountSettings of(UUID account, Tier tier) {
    return catalog
        .as(
            account,
            () ->
                jdbc.sql("SELECT * FROM account_settings WHERE account = :account")
                    .param("account", account)
                    .query((row, _) -> settings(row))
                    .optional())
        .orElseGet(() -> AccountSettings.usual(tiers, tier));
  }

  /// What the account had stays good also where its tier has it no more.
  ///
  /// @param afterwards what the server does about it in the same transaction
  /// @throws io.holdfast.base.BackupException `BAD_ARGUMENT` if the tier does not have them
  void change(UUID account, Tier tier, AccountSettings settings, Runnable afterwards) {
    if (!of(account, tier).frequency().equals(settings.frequency())) {
      settings.requireAllowed(tiers, tier);
    }
    int _ =
        catalog.as(
            account,
            () ->
                jdbc.sql(
                        """
                        INSERT INTO account_settings (account, auto_backup, frequency, include_audio,
                               include_documents, retention_days, max_backups, encrypt_backups)
                        VALUES (:account, :auto, :frequency, :audio, :documents, :days, :max, :encrypt)
                        ON CONFLICT (account) DO UPDATE SET auto_backup = excluded.auto_backup,
                               frequency = excluded.frequency, include_audio = excluded.include_audio,
                               include_documents = excluded.include_documents,
                               retention_days = excluded.retention_days,
                               max_backups = excluded.max_backups,
                               encrypt_backups = excluded.encrypt_backups, changed_at = catalog_now()
                        """)
                    .param("account", account)
                    .param("auto", settings.autoBackupEnabled())
                    .param("frequency", settings.frequency())
                    .param("audio", settings.includeAudioFiles())
                    .param("documents", settings.includeDocuments())
                    .param("days", settings.retentionDays())
                    .param("max", settings.maxBackups())
                    .param("encrypt", settings.encryptBackups())
                    .update(),
            _ -> afterwards.run());
  }

  /// Of a row that has these columns; empty where the account chose nothing.
  static Optional<AccountSettings> maybe(ResultSet row) throws SQLException {
    return row.getObject("auto_backup") == null ? Optional.empty() : Optional.of(settings(row));
  }

  /// Of a row that has these columns.
  static AccountSettings settings(ResultSet row) throws SQLException {
    return new AccountSettings(
        row.getBoolean("auto_backup"),
        row.getString("frequency"),
        row.getBoolean("include_audio"),
        row.getBoolean("include_documents"),
        row.getInt("retention_days"),
        row.getInt("max_backups"),
        row.getBoolean("encrypt_backups"));
  }
}
