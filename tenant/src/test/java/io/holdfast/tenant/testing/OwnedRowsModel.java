package io.holdfast.tenant.testing;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Shared;
import io.holdfast.tenant.scope.Via;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Which rows belong to a scope, found by looking at all rows again and again until nothing is
/// found any more. Knows nothing of SQL, circles or orders.
///
/// Conditions of the map have to be those of [RandomDecisions].
public final class OwnedRowsModel {
  private final Catalog catalog;
  private final Rows rows;
  private final ScopeMap map;
  private final String id;
  private final Map<QualifiedName, Set<String>> found = new HashMap<>();

  public OwnedRowsModel(Catalog catalog, Rows rows, ScopeMap map, String id) {
    this.catalog = catalog;
    this.rows = rows;
    this.map = map;
    this.id = id;
    map.owned().keySet().forEach(table -> found.put(table, new TreeSet<>()));
  }

  /// Keys by table.
  public Map<QualifiedName, Set<String>> find() {
    boolean more = true;
    while (more) {
      more = false;
      for (QualifiedName name : map.owned().keySet()) {
        for (Map.Entry<String, Map<String, String>> row : rows.of(name).entrySet()) {
          if (belongs(name, row.getValue())) {
            more |= found.computeIfAbsent(name, _ -> new TreeSet<>()).add(row.getKey());
          }
        }
      }
    }
    return found;
  }

  private boolean belongs(QualifiedName table, Map<String, String> row) {
    Owned owned = map.owned(table).orElseThrow();
    if (owned.where().isPresent() && !"true".equals(row.get("flag"))) {
      return false;
    }
    boolean byVia =
        switch (owned.via()) {
          case Via.OfRoot() -> id.equals(row.get(map.root().key()));
          case Via.OfColumn(String column) -> id.equals(row.get(column));
          case Via.OfForeignKey(String constraint) -> leadsToOwned(table, row, constraint);
          case Via.OfPolymorphic way -> leadsToOwned(row, way);
        };
    return byVia
        || owned.shared().entrySet().stream()
            .anyMatch(
                entry ->
                    entry.getValue() == Shared.INCLUDE && leadsToOwned(table, row, entry.getKey()));
  }

  private boolean leadsToOwned(QualifiedName table, Map<String, String> row, String constraint) {
    ForeignKey key = catalog.table(table).orElseThrow().foreignKey(constraint).orElseThrow();
    Set<String> owners = found.getOrDefault(key.target(), Set.of());
    return rows.of(key.target()).entrySet().stream()
        .anyMatch(
            there ->
                owners.contains(there.getKey())
                    && Rows.match(row, key.columns(), there.getValue(), key.targetColumns()));
  }

  private boolean leadsToOwned(Map<String, String> row, Via.OfPolymorphic way) {
    String type = row.get(way.typeColumn());
    QualifiedName target = type == null ? null : way.targets().get(type);
    String value = row.get(way.idColumn());
    return target != null && value != null && found.getOrDefault(target, Set.of()).contains(value);
  }
}
