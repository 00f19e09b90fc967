package io.holdfast.tenant.closure;

import static io.holdfast.tenant.catalog.Identifiers.quoted;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ColumnName;
import io.holdfast.tenant.scope.ScopeMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// Which files and large objects rows that do not belong to a scope name, in the columns of the
/// map. That a row of the scope names one does not make it the scope's own: whoever may write the
/// row chooses what it names.
///
/// The queries join whole sets of names with the columns: with an index on a column each name is
/// looked up, without one the table is read once.
public final class NamesOfOthers {
  private static final Set<String> NUMBERS = Set.of("smallint", "integer", "bigint", "numeric");

  private final ScopeMap map;
  private final Catalog catalog;
  private final ScopeId id;
  private final TenantRows rows;

  /// @throws io.holdfast.base.BackupException `SCOPE_MAP_UNSUITABLE` if the database lacks what the
  ///   map needs
  public NamesOfOthers(ScopeMap map, Catalog catalog, ScopeId id) {
    this.map = map;
    this.catalog = catalog;
    this.id = id;
    this.rows = TenantRows.of(map, catalog);
  }

  /// A query for those of some files that others name, each as it was asked for. One file has
  /// several names: `a//b` and `./a/b` mean `a/b`, and in a directory its path is one, too. Names
  /// with `..` in them are taken for those of others, because nobody can look for them.
  ///
  /// @param directory where the files lie, if names may begin with that
  /// @param names a query whose only column has names of files
  public String files(String store, Optional<String> directory, String names) {
    List<String> found = new ArrayList<>();
    for (AssetGroup group : map.assets().values()) {
      if (group instanceof AssetGroup.FileGroup(var table, var key, var in, var _)
          && in.equals(store)) {
        found.add(
            outsider(new ColumnName(table, key), column(key) + "::pg_catalog.text = a.spelled"));
      }
    }
    found.add("a.name ~ '(^|/)[.][.](/|$)'");
    return "WITH named AS MATERIALIZED (SELECT DISTINCT n.name::pg_catalog.text COLLATE \"C\" AS name"
        + " FROM ("
        + names
        + ") n (name) WHERE n.name IS NOT NULL), asked AS MATERIALIZED (SELECT DISTINCT n.name,"
        + " v.spelled COLLATE \"default\" AS spelled FROM named n"
        + plain(directory)
        + " CROSS JOIN LATERAL (VALUES (n.name), (p.plain), ('./' || p.plain), ('/' || p.plain)"
        + directory.map(root -> ", (" + SqlText.literal(root + "/") + " || p.plain)").orElse("")
        + ") v (spelled)) "
        + distinct("name", found);
  }

  /// What a name is without what changes nothing in it.
  private static String plain(Optional<String> directory) {
    String once = "pg_catalog.regexp_replace(n.name, '/([.]?/)+', '/', 'g')";
    String below =
        directory
            .map(root -> SqlText.literal(root + "/"))
            .map(
                root ->
                    "CASE WHEN pg_catalog.starts_with("
                        + once
                        + ", "
                        + root
                        + ") THEN pg_catalog.substr("
                        + once
                        + ", pg_catalog.length("
                        + root
                        + ") + 1) ELSE "
                        + once
                        + " END")
            .orElse(once);
    return " CROSS JOIN LATERAL (SELECT pg_catalog.regexp_replace(pg_catalog.regexp_replace("
        + below
        + ", '^([.]?/)+', ''), '(/[.]?)+$', '')) p (plain)";
  }

  /// A query for those of some large objects that others name.
  ///
  /// @param numbers a query whose only column has their numbers
  public String largeObjects(String numbers) {
    List<String> found = new ArrayList<>();
    for (ColumnName name : objectColumns()) {
      String type =
          catalog
              .table(name.table())
              .flatMap(table -> table.column(name.column()))
              .map(Column::type)
              .orElse("");
      found.add(
          outsider(
              name,
              NUMBERS.contains(type)
                  ? column(name.column()) + " = a.number"
                  : column(name.column()) + "::pg_catalog.oid = a.object"));
    }
    if (found.isEmpty()) {
      found.add("false");
    }
    return "WITH asked AS MATERIALIZED (SELECT DISTINCT n.number, CASE WHEN n.number BETWEEN 0 AND"
        + " 4294967295 THEN n.number::pg_catalog.oid END AS object FROM (SELECT"
        + " m.number::pg_catalog.int8 FROM ("
        + numbers
        + ") m (number)) n (number) WHERE n.number IS NOT NULL) "
        + distinct("number", found);
  }

  /// All columns with numbers of large objects.
  private SortedSet<ColumnName> objectColumns() {
    SortedSet<ColumnName> columns = new TreeSet<>();
    map.owned()
        .forEach(
            (name, owned) ->
                owned.largeObjects().forEach(column -> columns.add(new ColumnName(name, column))));
    for (AssetGroup group : map.assets().values()) {
      if (group instanceof AssetGroup.LargeObjectGroup(var table, var column)) {
        columns.add(new ColumnName(table, column));
      }
    }
    return columns;
  }

  /// Each condition in a query of its own, which the server can answer by a join.
  private static String distinct(String what, List<String> conditions) {
    List<String> queries = new ArrayList<>();
    for (String condition : conditions) {
      queries.add("SELECT a." + what + " FROM asked a WHERE " + condition);
    }
    return "SELECT DISTINCT o." + what + " FROM (" + String.join(" UNION ALL ", queries) + ") o";
  }

  /// Whether a row names it that does not belong to the scope.
  private String outsider(ColumnName name, String same) {
    Table table = catalog.table(name.table()).orElseThrow();
    return "EXISTS (SELECT FROM "
        + table.fromSql()
        + " AS "
        + RowSelection.ALIAS
        + " WHERE "
        + same
        + " AND ("
        + rows.condition(name.table(), RowSelection.ALIAS, id)
        + ") IS NOT TRUE)";
  }

  private static String column(String name) {
    return RowSelection.ALIAS + "." + quoted(name);
  }
}
