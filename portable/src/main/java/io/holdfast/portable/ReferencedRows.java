package io.holdfast.portable;

import java.util.List;

/// Rows of other owners that rows of the file point to, by their natural keys.
///
/// @param columns of the natural key
/// @param keys their values, one for each row that is pointed to
public record ReferencedRows(TableName table, List<String> columns, List<Row> keys) {
  public ReferencedRows {
    columns = List.copyOf(columns);
    keys = List.copyOf(keys);
    for (Row key : keys) {
      if (key.values().size() != columns.size()) {
        throw new IllegalArgumentException("a key has not as many values as columns");
      }
    }
  }
}
