package io.holdfast.tenant.catalog;

import java.util.List;

/// A primary key, a unique constraint, or a unique index without condition and expressions.
///
/// @param name of the index
public record Key(String name, Kind kind, List<String> columns, Timing timing) {
  /// What made it.
  public enum Kind {
    PRIMARY,
    UNIQUE
  }

  /// When it is looked at. `ON CONFLICT` cannot use a deferrable one.
  public enum Timing {
    IMMEDIATE,
    DEFERRABLE
  }

  public Key {
    columns = List.copyOf(columns);
  }

  public boolean isPrimary() {
    return kind == Kind.PRIMARY;
  }
}
