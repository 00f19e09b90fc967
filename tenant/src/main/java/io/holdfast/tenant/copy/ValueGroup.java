package io.holdfast.tenant.copy;

import io.holdfast.tenant.scope.ColumnName;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/// Columns that hold the same ids: a key and what points to it. In a copy all of them change
/// together.
///
/// @param number that tells it from others
/// @param homes columns in which the ids are at home, the first of which names the group
/// @param columns all of them
/// @param type of the home, as `format_type` writes it
public record ValueGroup(
    int number,
    List<ColumnName> homes,
    NavigableSet<ColumnName> columns,
    String type,
    Making making) {
  public ValueGroup {
    homes = List.copyOf(homes);
    columns = Collections.unmodifiableNavigableSet(new TreeSet<>(columns));
  }

  public ColumnName home() {
    return homes.getFirst();
  }
}
