package io.holdfast.tenant.scope;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A table whose rows belong to the scope.
///
/// @param where only rows for which this holds belong to it
/// @param shared what further foreign keys to owned tables mean, by the constraint's name
/// @param exportName the name in portable files; empty means the one derived from the table's
/// @param largeObjects columns with the numbers of large objects that belong to the row
public record Owned(
    Via via,
    Optional<SqlCondition> where,
    SortedMap<String, Shared> shared,
    Optional<String> exportName,
    List<String> largeObjects) {
  public Owned {
    shared = Collections.unmodifiableSortedMap(new TreeMap<>(shared));
    largeObjects = List.copyOf(largeObjects);
  }

  /// With nothing but the way to the root.
  public static Owned by(Via via) {
    return new Owned(via, Optional.empty(), new TreeMap<>(), Optional.empty(), List.of());
  }
}
