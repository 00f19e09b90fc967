package io.holdfast.postgres.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which file of the data directory belongs to which table, index or sequence of one database, as
/// the catalog says at this moment.
///
/// @param relations those with files
/// @param complete whether all of them are there
public record RelationNames(List<Relation> relations, Extent complete) {
  /// How much was read.
  public enum Extent {
    ALL,
    CUT_OFF
  }

  /// @param path of the first file of the main fork, relative to the data directory
  /// @param kind as in `pg_class.relkind`
  /// @param owner the table that a TOAST table or an index belongs to, with its schema
  public record Relation(
      String path, String schema, String name, String kind, Optional<String> owner) {}

  public RelationNames {
    relations = List.copyOf(relations);
  }

  /// Reads those of the connected database, the oldest first, at most `limit`.
  public static RelationNames read(SqlConnection sql, int limit) {
    List<Relation> relations = new ArrayList<>();
    for (List<String> row :
        sql.query(
            "SELECT pg_relation_filepath(c.oid), n.nspname, c.relname, c.relkind,"
                + " coalesce(i.indrelid, t.oid)::regclass::text"
                + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " LEFT JOIN pg_index i ON i.indexrelid = c.oid"
                + " LEFT JOIN pg_class t ON t.reltoastrelid = c.oid"
                + " WHERE c.relkind IN ('r', 'i', 'S', 't', 'm') AND c.relpersistence <> 't'"
                + " ORDER BY c.oid LIMIT "
                + (limit + 1L))) {
      if (!row.get(0).isEmpty()) {
        relations.add(
            new Relation(
                row.get(0),
                row.get(1),
                row.get(2),
                row.get(3),
                row.get(4).isEmpty() ? Optional.empty() : Optional.of(row.get(4))));
      }
    }
    return relations.size() > limit
        ? new RelationNames(relations.subList(0, limit), Extent.CUT_OFF)
        : new RelationNames(relations, Extent.ALL);
  }
}
