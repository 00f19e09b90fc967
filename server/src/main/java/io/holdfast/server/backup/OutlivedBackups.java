package io.holdfast.server.backup;

import java.util.List;
import java.util.UUID;

/// Backups of accounts that their settings no longer keep.
@FunctionalInterface
public interface OutlivedBackups {
  /// @param account in the catalog
  /// @param repository only those that are there
  /// @return permanent ids
  List<String> of(UUID account, String repository);
}
