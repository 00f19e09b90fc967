package io.holdfast.tenant.closure;

import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.QualifiedName;
import java.util.List;
import java.util.stream.Collectors;

/// The rows of one table that belong to a scope.
///
/// @param from what stands behind FROM; the table has the name [#ALIAS]
/// @param predicate what stands behind WHERE
public record RowSelection(QualifiedName table, String from, String predicate) {
  /// What the table is called in the predicate.
  public static final String ALIAS = "t";

  /// A query for some columns of the rows.
  public String select(List<String> columns) {
    return "SELECT "
        + columns.stream()
            .map(column -> ALIAS + "." + Identifiers.quoted(column))
            .collect(Collectors.joining(", "))
        + rest();
  }

  /// A query for whole rows.
  public String select() {
    return "SELECT " + ALIAS + ".*" + rest();
  }

  private String rest() {
    return "\nFROM " + from + "\nWHERE " + predicate;
  }
}
