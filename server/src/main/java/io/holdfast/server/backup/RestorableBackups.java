package io.holdfast.server.backup;

import io.holdfast.server.run.RunRequest;

/// Which backups an account may restore from. It is asked when a run begins: what was allowed when
/// it was queued may be over.
@FunctionalInterface
public interface RestorableBackups {
  /// @throws io.holdfast.base.BackupException `BACKUP_NOT_FOUND` or `NOT_ALLOWED`
  void require(RunRequest.TenantRestore wanted);
}
