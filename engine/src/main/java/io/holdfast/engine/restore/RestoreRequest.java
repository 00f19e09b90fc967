package io.holdfast.engine.restore;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// What to restore, where to, and how far to recover.
///
/// @param backup name of a backup, or `latest`
/// @param to the data directory to make
/// @param timeline a number, `latest` or `current`; empty = latest
/// @param tablespaces from the location in the backup to the new one
/// @param archive a repository that the restored server may archive to; empty = it archives nothing
/// @param owner who will own the files when root restores
public record RestoreRequest(
    String backup,
    String source,
    Path to,
    TargetRequest target,
    Optional<String> timeline,
    Optional<TargetAction> action,
    Map<String, String> tablespaces,
    Optional<ArchiveTo> archive,
    Optional<String> owner,
    WalChoice wal) {
  public RestoreRequest {
    tablespaces = Map.copyOf(tablespaces);
  }

  /// With the WAL staged: for servers that we run ourselves.
  public RestoreRequest(
      String backup,
      String source,
      Path to,
      TargetRequest target,
      Optional<String> timeline,
      Optional<TargetAction> action,
      Map<String, String> tablespaces,
      Optional<ArchiveTo> archive,
      Optional<String> owner) {
    this(
        backup,
        source,
        to,
        target,
        timeline,
        action,
        tablespaces,
        archive,
        owner,
        WalChoice.STAGED);
  }
}
