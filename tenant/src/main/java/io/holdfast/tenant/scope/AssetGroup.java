package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.Optional;

/// Things beside the tables that belong to rows of one table, and that a request takes or leaves as
/// a whole.
public sealed interface AssetGroup {
  QualifiedName table();

  /// The column that names them.
  String column();

  /// Files of a store.
  ///
  /// @param key the column that holds the file's name
  /// @param store a name that the configuration gives a place
  /// @param keys what the names of the scope's own files look like; without it, each file that a
  ///   row names is taken for its own
  record FileGroup(QualifiedName table, String key, String store, Optional<KeyPattern> keys)
      implements AssetGroup {
    /// Files of any names.
    public FileGroup(QualifiedName table, String key, String store) {
      this(table, key, store, Optional.empty());
    }

    @Override
    public String column() {
      return key;
    }

    /// The same, for files of any names.
    public FileGroup withoutKeys() {
      return new FileGroup(table, key, store);
    }
  }

  /// Large objects.
  ///
  /// @param column holds the number
  record LargeObjectGroup(QualifiedName table, String column) implements AssetGroup {}
}
