package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// A map for a database that is older or newer than it: what the database does not have is taken
/// out, and tables that the map does not know are left alone. Ways to the root are never changed,
/// so where one is gone the map still does not fit.
///
/// @param unknown tables of the database that the map does not speak of
public record FittedMap(ScopeMap map, List<QualifiedName> unknown) {
  private static final String REASON = "the map does not know it";

  public FittedMap {
    unknown = List.copyOf(unknown);
  }

  /// @param catalog of the database
  public static FittedMap of(ScopeMap map, Catalog catalog) {
    if (catalog.table(map.root().table()).isEmpty()) {
      return new FittedMap(map.withoutSchema(), List.of());
    }
    List<QualifiedName> unknown =
        catalog.classifiable().stream()
            .map(Table::name)
            .filter(name -> map.classesOf(name).isEmpty())
            .toList();
    List<Exclusion> excluded = new ArrayList<>(map.excluded());
    unknown.forEach(name -> excluded.add(new Exclusion(TablePattern.of(name), REASON)));
    Map<QualifiedName, Owned> owned = new LinkedHashMap<>();
    map.owned()
        .forEach(
            (name, as) ->
                catalog.table(name).ifPresent(table -> owned.put(name, fitted(as, table))));
    SortedMap<QualifiedName, Referenced> referenced = new TreeMap<>(map.referenced());
    referenced.keySet().removeIf(name -> catalog.table(name).isEmpty());
    SortedMap<ColumnName, ColumnRule> columns = new TreeMap<>(map.columns());
    columns.keySet().removeIf(column -> !isThere(column, catalog));
    SortedMap<String, AssetGroup> assets = new TreeMap<>(map.assets());
    assets.values().removeIf(group -> !isThere(group, catalog));
    ScopeMap fitted =
        new ScopeMap(
            map.name(),
            map.root(),
            map.tenantColumn(),
            owned,
            referenced,
            excluded,
            map.virtualReferences().stream()
                .filter(way -> isThere(way.from(), catalog) && isThere(way.to(), catalog))
                .toList(),
            columns,
            map.triggers(),
            assets,
            Optional.empty(),
            Optional.empty());
    return new FittedMap(fitted, unknown);
  }

  private static Owned fitted(Owned owned, Table table) {
    Set<String> keys =
        table.foreignKeys().stream().map(ForeignKey::name).collect(Collectors.toSet());
    SortedMap<String, Shared> shared = new TreeMap<>(owned.shared());
    shared.keySet().retainAll(keys);
    return new Owned(
        owned.via(),
        owned.where(),
        shared,
        owned.exportName(),
        owned.largeObjects().stream().filter(column -> table.column(column).isPresent()).toList());
  }

  private static boolean isThere(ColumnName column, Catalog catalog) {
    return catalog
        .table(column.table())
        .filter(table -> table.column(column.column()).isPresent())
        .isPresent();
  }

  private static boolean isThere(AssetGroup group, Catalog catalog) {
    return isThere(new ColumnName(group.table(), group.column()), catalog);
  }
}
