package io.holdfast.tenant.export;

import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.QualifiedName;
import java.util.List;

/// The rows of a referenced table that exported rows point to: by what they are pointed to, and by
/// what they are found again elsewhere.
///
/// @param columns first those that foreign keys point to, then those of the natural key
/// @param match how many of the last columns are the natural key
/// @param sql a query for these columns, each row once
public record ReferenceQuery(QualifiedName table, List<Column> columns, int match, String sql) {
  public ReferenceQuery {
    columns = List.copyOf(columns);
  }
}
