package io.holdfast.tenant.catalog;

import java.util.List;

/// A valid index without a condition.
///
/// @param columns the leading ones that are columns: an expression ends the list
public record Index(String name, List<String> columns) {
  public Index {
    columns = List.copyOf(columns);
  }

  /// Whether rows can be found by these columns: they are the first of the index, in any order.
  public boolean serves(List<String> wanted) {
    return columns.size() >= wanted.size() && columns.subList(0, wanted.size()).containsAll(wanted);
  }
}
