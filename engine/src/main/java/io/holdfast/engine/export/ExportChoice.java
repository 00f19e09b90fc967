package io.holdfast.engine.export;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.dump.DumpBackup;
import io.holdfast.engine.tenant.TenantBackup;
import io.holdfast.repository.StoredSnapshot;
import java.util.Map;
import java.util.Optional;

/// Which backup is meant.
public sealed interface ExportChoice {
  /// @param backup its name, or `latest` for the newest of the source that can be exported
  record Named(String backup, String source) implements ExportChoice {}

  /// The newest of a tenant.
  ///
  /// @param scope the name of the scope map
  /// @param id of the root's row
  record Newest(String scope, String id, String source) implements ExportChoice {}

  /// @throws BackupException `BACKUP_NOT_FOUND`; `BAD_ARGUMENT` if it is of a kind without tables
  default StoredSnapshot find(BackupCatalog catalog) {
    return switch (this) {
      case Named named -> named(catalog, named);
      case Newest newest -> newest(catalog, newest);
    };
  }

  private static StoredSnapshot named(BackupCatalog catalog, Named wanted) {
    Optional<StoredSnapshot> latest =
        wanted.backup().equals(BackupCatalog.LATEST)
            ? catalog.newest(wanted.source(), ExportChoice::hasTables)
            : Optional.empty();
    StoredSnapshot backup =
        latest.orElseGet(() -> catalog.require(wanted.backup(), wanted.source()));
    if (!hasTables(backup)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          backup.record().name() + " is a backup of kind " + backup.record().kind(),
          "Dumps and backups of tenants can be exported; of others 'holdfast restore' and 'holdfast"
              + " files restore' write the files.");
    }
    return backup;
  }

  private static boolean hasTables(StoredSnapshot backup) {
    String kind = backup.record().kind();
    return kind.equals(DumpBackup.KIND) || kind.equals(TenantBackup.KIND);
  }

  private static boolean isOf(StoredSnapshot backup, Newest wanted) {
    Map<String, String> attributes = backup.record().attributes();
    return backup.record().kind().equals(TenantBackup.KIND)
        && wanted.scope().equals(attributes.get("scope"))
        && wanted.id().equals(attributes.get("scopeId"));
  }

  /// Whether no table was left out.
  private static boolean isWhole(StoredSnapshot backup) {
    return backup.record().attributes().keySet().stream()
        .noneMatch(name -> name.startsWith("skipped."));
  }

  private static StoredSnapshot newest(BackupCatalog catalog, Newest wanted) {
    return catalog
        .newest(wanted.source(), backup -> isOf(backup, wanted) && isWhole(backup))
        .or(() -> catalog.newest(wanted.source(), backup -> isOf(backup, wanted)))
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BACKUP_NOT_FOUND,
                    "there is no backup of "
                        + Quoted.of(wanted.scope())
                        + " "
                        + Quoted.of(wanted.id())
                        + " of source "
                        + wanted.source(),
                    "--scope is the name in the scope map; 'holdfast list' shows all backups."));
  }
}
