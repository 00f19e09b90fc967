package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// How a row of an owned table is known to belong to the scope.
public sealed interface Via {
  /// It is the row of the scope itself.
  record OfRoot() implements Via {}

  /// The column holds the scope's id.
  record OfColumn(String column) implements Via {}

  /// The foreign key leads to a row that belongs to the scope.
  record OfForeignKey(String constraint) implements Via {}

  /// One column says which table, another which row of it. The row has a primary key of one column.
  ///
  /// @param targets owned tables by the value of the type column
  record OfPolymorphic(String typeColumn, String idColumn, SortedMap<String, QualifiedName> targets)
      implements Via {
    public OfPolymorphic {
      targets = Collections.unmodifiableSortedMap(new TreeMap<>(targets));
    }
  }
}
