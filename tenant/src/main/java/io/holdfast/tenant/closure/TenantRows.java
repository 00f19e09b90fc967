package io.holdfast.tenant.closure;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Via;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The SQL that selects the rows of one scope, table by table. All names in it are qualified and
/// quoted, so it means the same with every search path.
///
/// The planner overrates recursive queries: whoever runs them says `SET jit = off` before, or the
/// server compiles each for longer than it runs.
public final class TenantRows {
  private final ScopeMap map;
  private final Catalog catalog;
  private final Links links;
  private final List<List<QualifiedName>> order;

  private TenantRows(ScopeMap map, Catalog catalog) {
    this.map = map;
    this.catalog = catalog;
    links = new Links(map, catalog);
    order = links.order();
  }

  /// @throws BackupException `SCOPE_MAP_UNSUITABLE` if the database lacks what the map needs to
  ///   find rows
  public static TenantRows of(ScopeMap map, Catalog catalog) {
    TenantRows rows = new TenantRows(map, catalog);
    map.owned().forEach(rows::requireWay);
    return rows;
  }

  /// All owned tables, those that are pointed to before those that point; tables that point to each
  /// other in a circle are together.
  public List<List<QualifiedName>> order() {
    return order;
  }

  /// The rows of an owned table.
  ///
  /// @throws BackupException `SCOPE_MAP_UNSUITABLE` if nothing leads from the table to the root, or
  ///   if so many ways do that no server could plan the query
  public RowSelection of(QualifiedName table, ScopeId id) {
    return new Predicates(map, catalog, links, id).selection(table);
  }

  /// Whether a row of an owned table belongs to the scope.
  ///
  /// @param alias by which the row stands behind FROM, with all columns of its table
  String condition(QualifiedName table, String alias, ScopeId id) {
    return new Predicates(map, catalog, links, id).condition(table, alias);
  }

  /// Whether a row that need not be there yet would belong to the scope; empty if that depends on
  /// rows of tables that may change along with it, or on columns that it lacks.
  ///
  /// @param alias by which the row stands behind FROM
  /// @param columns that it has
  Optional<String> conditionOfNew(
      QualifiedName table,
      String alias,
      ScopeId id,
      Set<String> columns,
      Set<QualifiedName> changing) {
    if (!columns.containsAll(deciding(table)) || dependsOn(table, changing)) {
      return Optional.empty();
    }
    return Optional.of(
        new Predicates(map, catalog, links, id).conditionOfNew(table, alias, columns));
  }

  /// The columns of a row that say to what it belongs.
  private Set<String> deciding(QualifiedName table) {
    Set<String> columns = new TreeSet<>();
    switch (map.owned(table).orElseThrow(() -> unsuitable(table + " is not owned")).via()) {
      case Via.OfRoot() -> columns.add(map.root().key());
      case Via.OfColumn(String column) -> columns.add(column);
      case Via.OfForeignKey _, Via.OfPolymorphic _ -> {}
    }
    for (Link link : links.of(table)) {
      switch (link) {
        case Link.ByKey way -> columns.addAll(way.key().columns());
        case Link.ByValue way -> columns.addAll(List.of(way.typeColumn(), way.idColumn()));
      }
    }
    return columns;
  }

  private boolean dependsOn(QualifiedName table, Set<QualifiedName> changing) {
    Set<QualifiedName> seen = new HashSet<>();
    List<QualifiedName> open = new ArrayList<>(List.of(table));
    while (!open.isEmpty()) {
      for (Link link : links.of(open.removeLast())) {
        if (changing.contains(link.target())) {
          return true;
        }
        if (seen.add(link.target())) {
          open.add(link.target());
        }
      }
    }
    return false;
  }

  /// That an id names nobody.
  public static BackupException noRow(ScopeMap map, String id) {
    return new BackupException(
        ErrorCode.BAD_ARGUMENT,
        map.root().table() + " has no row whose " + map.root().key() + " is " + id,
        "Give the id of one that exists, with --id.");
  }

  private void requireWay(QualifiedName name, Owned owned) {
    Table table = catalog.table(name).orElseThrow(() -> unsuitable("there is no table " + name));
    switch (owned.via()) {
      case Via.OfRoot() -> requireColumn(table, map.root().key());
      case Via.OfColumn(String column) -> requireColumn(table, column);
      case Via.OfForeignKey(String constraint) -> requireKey(table, constraint);
      case Via.OfPolymorphic way -> {
        requireColumn(table, way.typeColumn());
        requireColumn(table, way.idColumn());
        way.targets()
            .values()
            .forEach(
                target -> {
                  if (catalog.table(target).flatMap(Predicates::singleKey).isEmpty()) {
                    throw unsuitable(
                        target + ", to which " + name + " leads, has no primary key of one column");
                  }
                });
      }
    }
    owned.shared().keySet().forEach(constraint -> requireConstraint(table, constraint));
    requirePlainEquality(table, owned);
  }

  /// Names of operators are found without a search path, so rows are followed only by types for
  /// which the server's own `=` is the one that its keys use.
  private void requirePlainEquality(Table table, Owned owned) {
    Set<String> columns = new TreeSet<>();
    table.identifyingKey().ifPresent(key -> columns.addAll(key.columns()));
    table.foreignKeys().forEach(key -> columns.addAll(key.columns()));
    catalog.foreignKeysTo(table.name()).forEach(key -> columns.addAll(key.targetColumns()));
    if (owned.via() instanceof Via.OfColumn(String column)) {
      columns.add(column);
    }
    for (String column : columns) {
      String type = table.column(column).orElseThrow().type();
      if (catalog.ownEquality().contains(type)) {
        throw unsuitable(
            "column "
                + column
                + " of "
                + table.name()
                + ", which is part of a key or a reference, is of type "
                + type
                + ": types that compare by operators of their own cannot be followed yet");
      }
    }
  }

  private void requireKey(Table table, String constraint) {
    requireConstraint(table, constraint);
    if (links.of(table.name()).stream()
        .noneMatch(link -> link instanceof Link.ByKey way && way.key().name().equals(constraint))) {
      throw unsuitable(
          "foreign key " + constraint + " of " + table.name() + " leads to no owned table");
    }
  }

  private static void requireConstraint(Table table, String constraint) {
    if (table.foreignKey(constraint).isEmpty()) {
      throw unsuitable(table.name() + " has no foreign key " + constraint);
    }
  }

  private static void requireColumn(Table table, String column) {
    if (table.column(column).isEmpty()) {
      throw unsuitable(table.name() + " has no column " + column);
    }
  }

  static BackupException unsuitable(String what) {
    return new BackupException(
        ErrorCode.SCOPE_MAP_UNSUITABLE,
        what,
        "'holdfast scope check' lists everything in which the map and the database differ.");
  }
}
