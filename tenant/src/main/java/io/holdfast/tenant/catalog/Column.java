package io.holdfast.tenant.catalog;

import java.util.Optional;

/// A column of a table.
///
/// @param type as `format_type` writes it with an empty search path, so names of the user's own
///   types have their schema
/// @param expression the default, or what generates it
/// @param sequence the sequence from which the default is drawn, or that belongs to the column
public record Column(
    String name,
    String type,
    Nulls nulls,
    Identity identity,
    Generation generation,
    Optional<String> expression,
    Optional<QualifiedName> sequence) {
  /// Whether the column can be without a value.
  public enum Nulls {
    ALLOWED,
    REFUSED
  }

  /// `GENERATED … AS IDENTITY`.
  public enum Identity {
    NONE,
    ALWAYS,
    BY_DEFAULT
  }

  /// `GENERATED ALWAYS AS (…)`.
  public enum Generation {
    NONE,
    STORED,
    VIRTUAL
  }

  public boolean isNullable() {
    return nulls == Nulls.ALLOWED;
  }

  public boolean isGenerated() {
    return generation != Generation.NONE;
  }
}
