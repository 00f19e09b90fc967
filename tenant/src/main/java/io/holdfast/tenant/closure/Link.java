package io.holdfast.tenant.closure;

import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;

/// From an owned table to one whose rows own its rows.
public sealed interface Link {
  QualifiedName target();

  /// By a foreign key.
  ///
  /// @param target of the key, for a partition the whole table
  record ByKey(ForeignKey key, QualifiedName target) implements Link {}

  /// By the value of a type column and the target's primary key.
  record ByValue(String typeColumn, String value, String idColumn, QualifiedName target)
      implements Link {}
}
