package io.holdfast.tenant.export;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.Key;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.closure.NamesOfOthers;
import io.holdfast.tenant.closure.RowSelection;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.scope.Referenced;
import io.holdfast.tenant.scope.ScopeMap;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The queries of an export of one scope. All names in them are qualified and quoted. Whoever runs
/// them says `SET jit = off` before, see [TenantRows].
public final class ScopeQueries {
  private final ScopeMap map;
  private final Catalog catalog;
  private final ScopeId id;
  private final TenantRows rows;

  /// @throws BackupException `SCOPE_MAP_UNSUITABLE` if the database lacks what the map needs
  public ScopeQueries(ScopeMap map, Catalog catalog, ScopeId id) {
    this.map = map;
    this.catalog = catalog;
    this.id = id;
    this.rows = TenantRows.of(map, catalog);
  }

  /// Owned tables, those that are pointed to before those that point.
  public List<TableQuery> tables() {
    return rows.order().stream().flatMap(List::stream).map(this::table).toList();
  }

  private TableQuery table(QualifiedName name) {
    Table table = catalog.table(name).orElseThrow();
    Key key =
        table
            .identifyingKey()
            .orElseThrow(
                () ->
                    new BackupException(
                        ErrorCode.SCOPE_MAP_UNSUITABLE,
                        name + " has no key that tells its rows apart",
                        "Give it a primary key, or exclude it."));
    List<Column> columns =
        table.columns().stream().filter(column -> !column.isGenerated()).toList();
    String order =
        key.columns().stream().map(ScopeQueries::column).collect(Collectors.joining(", "));
    String sql =
        rows.of(name, id).select(columns.stream().map(Column::name).toList())
            + "\nORDER BY "
            + order;
    return new TableQuery(name, map.exportName(name), columns, key.columns(), sql);
  }

  private static String column(String name) {
    return RowSelection.ALIAS + "." + Identifiers.quoted(name);
  }

  /// What must be empty for the export to be whole and only the scope's own.
  public List<LeakQuery> leaks() {
    List<LeakQuery> leaks = new ArrayList<>();
    for (QualifiedName name : map.owned().keySet()) {
      Table table = catalog.table(name).orElseThrow();
      for (ForeignKey key : table.foreignKeys()) {
        if (map.owned().containsKey(key.target())) {
          leaks.add(
              new LeakQuery(
                  name,
                  "point by " + key.name() + " to rows of " + key.target() + " of another scope",
                  hanging(key)));
        }
      }
    }
    return leaks;
  }

  private String hanging(ForeignKey key) {
    String there =
        key.columns().stream()
            .map(column -> "here." + Identifiers.quoted(column) + " IS NOT NULL")
            .collect(Collectors.joining(" AND "));
    return "SELECT count(*) FROM ("
        + rows.of(key.table(), id).select(key.columns())
        + ") here WHERE "
        + there
        + " AND NOT EXISTS (SELECT FROM ("
        + rows.of(key.target(), id).select(key.targetColumns())
        + ") there WHERE "
        + equal(key, "here", "there")
        + ")";
  }

  private static String equal(ForeignKey key, String from, String to) {
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < key.columns().size(); i++) {
      pairs.add(
          to
              + "."
              + Identifiers.quoted(key.targetColumns().get(i))
              + " = "
              + from
              + "."
              + Identifiers.quoted(key.columns().get(i)));
    }
    return String.join(" AND ", pairs);
  }

  /// What exported rows point to without owning it.
  public List<ReferenceQuery> references() {
    List<ReferenceQuery> references = new ArrayList<>();
    for (Map.Entry<QualifiedName, Referenced> entry : map.referenced().entrySet()) {
      List<ForeignKey> keys =
          map.owned().keySet().stream()
              .flatMap(name -> catalog.table(name).stream())
              .flatMap(table -> table.foreignKeys().stream())
              .filter(key -> key.target().equals(entry.getKey()))
              .toList();
      if (!keys.isEmpty()) {
        references.add(reference(entry.getKey(), entry.getValue(), keys));
      }
    }
    return references;
  }

  private ReferenceQuery reference(
      QualifiedName name, Referenced referenced, List<ForeignKey> keys) {
    Table table = catalog.table(name).orElseThrow();
    Set<String> pointed = new LinkedHashSet<>();
    keys.forEach(key -> pointed.addAll(key.targetColumns()));
    List<String> match = referenced.match().isEmpty() ? List.copyOf(pointed) : referenced.match();
    List<String> columns = Stream.concat(pointed.stream(), match.stream()).toList();
    String pointing =
        keys.stream()
            .map(
                key ->
                    "EXISTS (SELECT FROM ("
                        + rows.of(key.table(), id).select(key.columns())
                        + ") here WHERE "
                        + equal(key, "here", "there")
                        + ")")
            .collect(Collectors.joining(" OR "));
    String sql =
        "SELECT "
            + columns.stream()
                .map(column -> "there." + Identifiers.quoted(column))
                .collect(Collectors.joining(", "))
            + " FROM "
            + table.name().sql()
            + " there WHERE "
            + pointing
            + " ORDER BY "
            + pointed.stream()
                .map(column -> "there." + Identifiers.quoted(column))
                .collect(Collectors.joining(", "));
    return new ReferenceQuery(
        name,
        columns.stream().map(column -> table.column(column).orElseThrow()).toList(),
        match.size(),
        sql);
  }

  /// How many rows the root's table has of this id: one, or nothing is there to be exported.
  public String root() {
    return "SELECT count(*) FROM ("
        + rows.of(map.root().table(), id).select(List.of(map.root().key()))
        + ") root";
  }

  /// The numbers of large objects that rows of a column have.
  public String largeObjects(QualifiedName table, String column) {
    return "SELECT DISTINCT number FROM ("
        + rows.of(table, id).select(List.of(column))
        + ") AS all_of_them (number) WHERE number IS NOT NULL ORDER BY number";
  }

  /// What rows that are not the scope's name.
  public NamesOfOthers others() {
    return new NamesOfOthers(map, catalog, id);
  }

  /// The keys of files that rows of a column have.
  public String files(QualifiedName table, String column) {
    return "SELECT DISTINCT key::pg_catalog.text FROM ("
        + rows.of(table, id).select(List.of(column))
        + ") AS all_of_them (key) WHERE key IS NOT NULL ORDER BY 1";
  }
}
