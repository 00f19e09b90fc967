package io.holdfast.portable;

import java.util.List;

/// A table as it is in a file.
///
/// @param name export name
/// @param sha256 of the bytes of its file
/// @param rowSum see [RowSum]
public record ExportedTable(
    String name,
    TableName table,
    List<Column> columns,
    long records,
    long bytes,
    String sha256,
    String rowSum) {
  public ExportedTable {
    columns = List.copyOf(columns);
  }

  /// The entry with its rows.
  public String file() {
    return PortableNames.ofTable(name);
  }
}
