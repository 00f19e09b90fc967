package io.holdfast.server.account;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.server.backup.RestorableBackups;
import io.holdfast.server.run.RunRequest;

/// What accounts may restore from: their own backups, and into themselves what is shared with them
/// for that.
public final class RestorableByAccounts implements RestorableBackups {
  private final AccountBackups backups;

  public RestorableByAccounts(AccountBackups backups) {
    this.backups = backups;
  }

  @Override
  public void require(RunRequest.TenantRestore wanted) {
    AccountBackup backup =
        backups.require(wanted.owner().account(), wanted.entry(), SharedRight.RESTORE);
    boolean isInto =
        wanted.aim().what() == RunRequest.TenantRestore.What.COPY
            && wanted.aim().target().filter(wanted.owner().externalId()::equals).isPresent();
    if (backup.shared().isPresent() && !isInto) {
      throw new BackupException(
          ErrorCode.NOT_ALLOWED,
          "a backup that is shared is copied into the account that has the share, and nowhere else",
          "Give 'targetAccount' the account's own id.");
    }
    if (!backup.snapshot().equals(wanted.backup())) {
      throw new BackupException(
          ErrorCode.BACKUP_NOT_FOUND,
          "the backup is another one than when this was asked for",
          "Look at the list, and ask again.");
    }
  }
}
