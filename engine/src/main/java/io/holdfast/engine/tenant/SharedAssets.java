package io.holdfast.engine.tenant;

/// What becomes of files and large objects that rows of others name, too. Nobody's restore replaces
/// or deletes one in either case.
public enum SharedAssets {
  /// They are backed up, and come back where they are missing: whoever runs the database asks.
  INCLUDED,
  /// They are neither read nor written: a tenant asks, who may have made its rows name what is
  /// another's.
  LEFT_OUT
}
