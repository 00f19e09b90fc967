package io.holdfast.tenant.restore;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.List;

/// What a backup has of an owned table.
///
/// @param types of the columns, as `format_type` writes them
public record BackedUpTable(
    QualifiedName name, String exportName, List<String> columns, List<String> types) {
  public BackedUpTable {
    columns = List.copyOf(columns);
    types = List.copyOf(types);
    if (columns.size() != types.size()) {
      throw new IllegalArgumentException(name + " has " + columns + " of types " + types);
    }
  }
}
