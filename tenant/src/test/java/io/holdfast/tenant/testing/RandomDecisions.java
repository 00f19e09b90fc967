package io.holdfast.tenant.testing;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Shared;
import io.holdfast.tenant.scope.SqlCondition;
import io.holdfast.tenant.scope.Via;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Other decisions about owned tables than those of the discovery, and conditions.
public final class RandomDecisions {
  private RandomDecisions() {}

  /// The owned tables of the map with keys that are included or not, and conditions on `flag`.
  public static Map<QualifiedName, Owned> about(
      ScopeMap map, Catalog catalog, SplittableRandom random) {
    Map<QualifiedName, Owned> owned = new LinkedHashMap<>();
    map.owned()
        .forEach(
            (table, entry) -> {
              SortedMap<String, Shared> shared = new TreeMap<>();
              for (ForeignKey key : catalog.table(table).orElseThrow().foreignKeys()) {
                boolean isVia = new Via.OfForeignKey(key.name()).equals(entry.via());
                if (!isVia && map.owned(key.target()).isPresent() && random.nextInt(4) > 0) {
                  shared.put(key.name(), random.nextInt(3) > 0 ? Shared.INCLUDE : Shared.REFERENCE);
                }
              }
              owned.put(
                  table,
                  new Owned(
                      entry.via(),
                      random.nextInt(4) == 0
                          ? Optional.of(new SqlCondition("flag OR false"))
                          : Optional.empty(),
                      shared,
                      entry.exportName(),
                      List.of()));
            });
    return owned;
  }
}
