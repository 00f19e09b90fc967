package io.holdfast.tenant.export;

import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.QualifiedName;
import java.util.List;

/// The rows of one owned table.
///
/// @param exportName its name in portable files
/// @param columns those that are exported: the server computes the others
/// @param key columns that tell rows apart, in whose order they come
/// @param sql a query for these columns in that order
public record TableQuery(
    QualifiedName table, String exportName, List<Column> columns, List<String> key, String sql) {
  public TableQuery {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
  }
}
