package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.QualifiedName;

/// Things beside the tables that belong to rows of one table, and that a request takes or leaves as
/// a whole.
public sealed interface AssetGroup {
  QualifiedName table();

  /// Files of a store.
  ///
  /// @param key the column that holds the file's name
  /// @param store a name that the configuration gives a place
  record FileGroup(QualifiedName table, String key, String store) implements AssetGroup {}

  /// Large objects.
  ///
  /// @param column holds the number
  record LargeObjectGroup(QualifiedName table, String column) implements AssetGroup {}
}
