package io.holdfast.engine.export;

/// What is written.
public enum ExportFormat {
  /// One file with a manifest, see `docs/format/portable.md`.
  PORTABLE,
  /// A JSON object in each line.
  JSON,
  /// RFC 4180 with a line of names. What is absent is empty; everything else stands in quotes.
  CSV,
  /// A script for `psql` with the rows behind `COPY`.
  SQL
}
