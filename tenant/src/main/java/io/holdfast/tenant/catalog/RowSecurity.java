package io.holdfast.tenant.catalog;

/// Row-level security of a table.
public enum RowSecurity {
  OFF,
  /// Policies hold for everybody but the owner.
  ENABLED,
  /// Policies hold for the owner too.
  FORCED
}
