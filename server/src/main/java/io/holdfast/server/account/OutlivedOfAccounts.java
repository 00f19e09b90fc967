package io.holdfast.server.account;

import io.holdfast.server.access.Accounts;
import io.holdfast.server.backup.OutlivedBackups;
import java.util.List;
import java.util.UUID;

/// What the settings of accounts no longer keep.
public final class OutlivedOfAccounts implements OutlivedBackups {
  private final Accounts accounts;
  private final AccountBackups backups;
  private final AccountSettingsStore settings;

  public OutlivedOfAccounts(
      Accounts accounts, AccountBackups backups, AccountSettingsStore settings) {
    this.accounts = accounts;
    this.backups = backups;
    this.settings = settings;
  }

  @Override
  public List<String> of(UUID account, String repository) {
    return accounts
        .find(account)
        .map(it -> backups.outlived(account, settings.of(account, it.tier()), repository))
        .orElse(List.of());
  }
}
