package io.holdfast.postgres.dump;

import java.util.Set;

/// What a database has already, as far as it matters for putting tables into it.
///
/// @param relations tables, views and sequences, but for those of extensions
public record TargetObjects(
    State state,
    Set<SqlName> relations,
    Set<String> schemas,
    Set<String> extensions,
    Set<String> publications) {
  public TargetObjects {
    relations = Set.copyOf(relations);
    schemas = Set.copyOf(schemas);
    extensions = Set.copyOf(extensions);
    publications = Set.copyOf(publications);
  }

  /// Whether anybody made anything there.
  public enum State {
    /// No table, function or type, and no schema but `public`.
    FRESH,
    IN_USE
  }

  /// A database in which nobody made anything.
  public static TargetObjects fresh() {
    return new TargetObjects(State.FRESH, Set.of(), Set.of("public"), Set.of(), Set.of());
  }
}
