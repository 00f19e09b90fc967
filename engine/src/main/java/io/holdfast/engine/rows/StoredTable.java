package io.holdfast.engine.rows;

import io.holdfast.portable.Column;
import io.holdfast.postgres.dump.SqlName;
import java.util.List;

/// Rows of a table in a backup.
///
/// @param exportName what the table is called in files
/// @param columns with their types, as the catalog spells them
/// @param encoding of the rows, as PostgreSQL calls it
/// @param bytes of the rows
/// @param content the rows, in the text form of `COPY`
public record StoredTable(
    String exportName,
    SqlName name,
    List<Column> columns,
    String encoding,
    long rows,
    long bytes,
    StoredBytes content) {
  public StoredTable {
    columns = List.copyOf(columns);
  }

  /// The columns, each quoted.
  public List<String> quotedColumns() {
    return columns.stream().map(column -> SqlName.quote(column.name())).toList();
  }
}
