package io.holdfast.engine.rows;

/// A file that is in a backup beside its tables.
///
/// @param group of assets that it belongs to
/// @param name as the rows name it
public record StoredFile(String group, String name, long bytes, StoredBytes content) {
  /// The group of what an import needs beside rows and assets; no scope map can have it.
  public static final String HOLDFAST = "_holdfast";
}
