package io.holdfast.tenant.restore;

import io.holdfast.base.BackupException;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.discovery.Discovery;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.Referenced;
import io.holdfast.tenant.scope.Referenced.Missing;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Via;
import io.holdfast.tenant.testing.Maps;
import io.holdfast.tenant.testing.RandomDecisions;
import io.holdfast.tenant.testing.RandomTables;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Maps for [RandomTables]: what the discovery finds, with other decisions.
final class RandomScopes {
  private RandomScopes() {}

  static ScopeMap of(Catalog catalog, SplittableRandom random) {
    ScopeMap found =
        Discovery.discover(catalog, "account", RandomTables.ROOT, Optional.of("tenant_id")).map();
    Map<QualifiedName, Owned> owned =
        new LinkedHashMap<>(RandomDecisions.about(found, catalog, random));
    owned.remove(RandomTables.WATCHERS);
    SortedMap<QualifiedName, Referenced> referenced = new TreeMap<>();
    if (found.referenced().containsKey(RandomTables.PEOPLE) && random.nextInt(4) > 0) {
      referenced.put(
          RandomTables.PEOPLE,
          new Referenced(List.of("mail"), random.nextBoolean() ? Missing.FAIL : Missing.NULL));
    }
    ScopeMap map = Maps.with(found, owned, referenced);
    owned.replaceAll((name, entry) -> polymorphic(name, entry, catalog, owned, random));
    ScopeMap more = Maps.with(found, owned, referenced);
    return leadsToTheRoot(more, catalog) ? more : map;
  }

  private static boolean leadsToTheRoot(ScopeMap map, Catalog catalog) {
    try {
      TenantRows rows = TenantRows.of(map, catalog);
      map.owned().keySet().forEach(table -> rows.of(table, ScopeId.of("1")));
      return true;
    } catch (BackupException _) {
      return false;
    }
  }

  private static Owned polymorphic(
      QualifiedName name,
      Owned entry,
      Catalog catalog,
      Map<QualifiedName, Owned> owned,
      SplittableRandom random) {
    Table table = catalog.table(name).orElseThrow();
    if (table.column("kind").isEmpty() || random.nextInt(4) == 0) {
      return entry;
    }
    SortedMap<String, QualifiedName> targets = new TreeMap<>();
    for (QualifiedName target : owned.keySet()) {
      boolean single =
          catalog
              .table(target)
              .flatMap(Table::primaryKey)
              .filter(key -> key.columns().equals(List.of("id")))
              .isPresent();
      if (single && targets.size() < 3) {
        targets.put("k" + targets.size(), target);
      }
    }
    return targets.isEmpty()
        ? entry
        : new Owned(
            new Via.OfPolymorphic("kind", "kid", targets),
            entry.where(),
            entry.shared(),
            entry.exportName(),
            List.of());
  }
}
