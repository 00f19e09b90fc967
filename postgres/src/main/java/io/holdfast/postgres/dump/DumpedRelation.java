package io.holdfast.postgres.dump;

import java.util.List;

/// A table, view or sequence of a dumped database, and what belongs to it.
///
/// @param kind as in `pg_class`: `r` a table, `p` a partitioned one, `v` a view, `m` a materialised
///   one, `f` a foreign table, `S` a sequence
/// @param parts what would be dropped with it: indexes, constraints, triggers, partitions …
/// @param foreignKeys its own, with the tables that they point to
public record DumpedRelation(
    long oid, String kind, SqlName name, List<ObjectId> parts, List<ForeignKey> foreignKeys) {
  public DumpedRelation {
    parts = List.copyOf(parts);
    foreignKeys = List.copyOf(foreignKeys);
  }

  /// An object by the catalog that it is in and its number there.
  public record ObjectId(long catalog, long oid) {
    /// The number of `pg_class`.
    public static final long RELATIONS = 1259;
  }

  /// A foreign key of the relation.
  ///
  /// @param target number of the relation that it points to
  public record ForeignKey(long oid, long target) {}
}
