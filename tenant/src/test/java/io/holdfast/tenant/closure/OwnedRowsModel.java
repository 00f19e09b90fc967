package io.holdfast.tenant.closure;

import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Shared;
import io.holdfast.tenant.scope.Via;
import io.holdfast.tenant.testing.RandomTenancy;
import io.holdfast.tenant.testing.RandomTenancy.TestKey;
import io.holdfast.tenant.testing.RandomTenancy.TestTable;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Which rows belong to a scope, found by looking at all rows again and again until nothing is
/// found any more. Knows nothing of SQL, circles or orders.
final class OwnedRowsModel {
  private final RandomTenancy tenancy;
  private final ScopeMap map;
  private final String id;
  private final Map<QualifiedName, Set<String>> found = new HashMap<>();

  OwnedRowsModel(RandomTenancy tenancy, ScopeMap map, String id) {
    this.tenancy = tenancy;
    this.map = map;
    this.id = id;
    map.owned().keySet().forEach(table -> found.put(table, new TreeSet<>()));
  }

  /// Primary keys by table.
  Map<QualifiedName, Set<String>> find() {
    boolean more = true;
    while (more) {
      more = false;
      for (QualifiedName name : map.owned().keySet()) {
        TestTable table = tenancy.table(name);
        for (Map<String, String> row : table.rows()) {
          if (belongs(table, row)) {
            more |= found.computeIfAbsent(name, _ -> new TreeSet<>()).add(table.keyOf(row));
          }
        }
      }
    }
    return found;
  }

  private boolean belongs(TestTable table, Map<String, String> row) {
    Owned owned = map.owned(table.name()).orElseThrow();
    if (owned.where().isPresent() && !"t".equals(row.get("flag"))) {
      return false;
    }
    boolean byVia =
        switch (owned.via()) {
          case Via.OfRoot() -> id.equals(row.get("id"));
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

  private boolean leadsToOwned(TestTable table, Map<String, String> row, String constraint) {
    TestKey key =
        table.foreignKeys().stream()
            .filter(candidate -> candidate.name().equals(constraint))
            .findFirst()
            .orElseThrow();
    TestTable target = tenancy.tables().get(key.target());
    for (Map<String, String> there : target.rows()) {
      boolean same = true;
      for (int i = 0; i < key.columns().size(); i++) {
        String value = row.get(key.columns().get(i));
        same &= value != null && value.equals(there.get(key.targetColumns().get(i)));
      }
      if (same && found.getOrDefault(target.name(), Set.of()).contains(target.keyOf(there))) {
        return true;
      }
    }
    return false;
  }

  private boolean leadsToOwned(Map<String, String> row, Via.OfPolymorphic way) {
    QualifiedName target = way.targets().get(row.get(way.typeColumn()));
    String value = row.get(way.idColumn());
    return target != null && value != null && found.getOrDefault(target, Set.of()).contains(value);
  }
}
