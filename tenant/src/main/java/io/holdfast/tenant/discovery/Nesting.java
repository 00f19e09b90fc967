package io.holdfast.tenant.discovery;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ColumnName;
import io.holdfast.tenant.scope.ColumnRule;
import io.holdfast.tenant.scope.Contradiction;
import io.holdfast.tenant.scope.Exclusion;
import io.holdfast.tenant.scope.NestedScope;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.Referenced;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.TablePattern;
import io.holdfast.tenant.scope.Via;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Makes a whole map of a scope that lies within another. Owned tables below the new root stay
/// owned; the others that they point to become referenced; the rest is excluded.
public final class Nesting {
  private final NestedScope nested;
  private final ScopeMap base;
  private final Catalog catalog;

  private Nesting(NestedScope nested, ScopeMap base, Catalog catalog) {
    this.nested = nested;
    this.base = base;
    this.catalog = catalog;
  }

  /// @throws BackupException `SCOPE_MAP_UNSUITABLE` if the base does not own the new root
  public static ScopeMap resolve(NestedScope nested, ScopeMap base, Catalog catalog) {
    QualifiedName root = nested.root().table();
    if (base.owned(root).isEmpty() || catalog.table(root).isEmpty()) {
      throw new BackupException(
          ErrorCode.SCOPE_MAP_UNSUITABLE,
          "scope "
              + nested.name()
              + " begins at "
              + root
              + (base.owned(root).isEmpty()
                  ? ", which scope " + base.name() + " does not own"
                  : ", which the database does not have"),
          "Choose a root that " + nested.base() + " lists under owned.");
    }
    ScopeMap map = new Nesting(nested, base, catalog).map();
    if (!map.contradictions().isEmpty()) {
      throw new BackupException(
          ErrorCode.SCOPE_MAP_INVALID,
          "scope "
              + nested.name()
              + ": "
              + map.contradictions().stream()
                  .map(Contradiction::text)
                  .collect(Collectors.joining("; ")),
          "Correct the file or its base; docs/format/scope.md explains each part.");
    }
    return map;
  }

  private ScopeMap map() {
    Map<QualifiedName, Owned> owned = owned();
    SortedMap<QualifiedName, Referenced> referenced = new TreeMap<>();
    new Entries(catalog, nested.root(), ways(owned))
        .referenced()
        .forEach(
            (table, proposed) -> {
              if (base.owned(table).isPresent()) {
                referenced.put(table, proposed);
              }
            });
    base.referenced()
        .forEach(
            (table, entry) -> {
              if (!isOverridden(table)) {
                referenced.put(table, entry);
              }
            });
    referenced.putAll(nested.referenced());
    return new ScopeMap(
        nested.name(),
        nested.root(),
        Optional.empty(),
        owned,
        referenced,
        excluded(owned, referenced),
        base.virtualReferences().stream()
            .filter(reference -> owned.containsKey(reference.from().table()))
            .toList(),
        rules(owned),
        base.triggers(),
        assets(owned),
        base.fingerprint(),
        base.schema());
  }

  private Map<QualifiedName, Owned> owned() {
    Map<QualifiedName, Via> named = new HashMap<>();
    base.owned().forEach((table, entry) -> named.put(table, entry.via()));
    Descent descent =
        new Descent(
            catalog, nested.root(), table -> base.owned(table).isPresent() && !isOverridden(table));
    descent.begin(nested.root().table(), new Via.OfRoot());
    nested.owned().forEach((table, entry) -> descent.begin(table, entry.via()));
    Map<QualifiedName, Via> ways = new LinkedHashMap<>();
    descent
        .run(named)
        .forEach((table, via) -> catalog.table(table).ifPresent(_ -> ways.put(table, via)));
    ways.replaceAll((_, via) -> onlyOwned(via, ways));
    Map<QualifiedName, Owned> owned =
        new LinkedHashMap<>(new Entries(catalog, nested.root(), ways).owned(base::owned));
    owned.putAll(nested.owned());
    return owned;
  }

  /// A way to several tables leads only to those that are in this scope.
  private static Via onlyOwned(Via via, Map<QualifiedName, Via> ways) {
    if (via instanceof Via.OfPolymorphic way) {
      SortedMap<String, QualifiedName> targets = new TreeMap<>(way.targets());
      targets.values().removeIf(target -> !ways.containsKey(target));
      return new Via.OfPolymorphic(way.typeColumn(), way.idColumn(), targets);
    }
    return via;
  }

  private static Map<QualifiedName, Via> ways(Map<QualifiedName, Owned> owned) {
    Map<QualifiedName, Via> ways = new LinkedHashMap<>();
    owned.forEach((table, entry) -> ways.put(table, entry.via()));
    return ways;
  }

  private boolean isOverridden(QualifiedName table) {
    return nested.owned().containsKey(table)
        || nested.referenced().containsKey(table)
        || nested.excluded().stream().anyMatch(entry -> entry.pattern().matches(table));
  }

  private List<Exclusion> excluded(
      Map<QualifiedName, Owned> owned, SortedMap<QualifiedName, Referenced> referenced) {
    List<Exclusion> excluded = new ArrayList<>(nested.excluded());
    for (Exclusion entry : base.excluded()) {
      Optional<QualifiedName> table = entry.pattern().exact();
      if (table.filter(this::isOverridden).isEmpty()) {
        excluded.add(entry);
      }
    }
    for (QualifiedName table : base.owned().keySet()) {
      if (!owned.containsKey(table) && !referenced.containsKey(table) && !isOverridden(table)) {
        excluded.add(new Exclusion(TablePattern.of(table), "not below " + nested.root().table()));
      }
    }
    return excluded;
  }

  private SortedMap<String, AssetGroup> assets(Map<QualifiedName, Owned> owned) {
    SortedMap<String, AssetGroup> groups = new TreeMap<>(base.assets());
    groups.values().removeIf(group -> !owned.containsKey(group.table()));
    // What names look like is said by the id of the base, which is another one.
    groups.replaceAll(
        (_, group) -> group instanceof AssetGroup.FileGroup files ? files.withoutKeys() : group);
    return groups;
  }

  private SortedMap<ColumnName, ColumnRule> rules(Map<QualifiedName, Owned> owned) {
    SortedMap<ColumnName, ColumnRule> rules = new TreeMap<>(base.columns());
    rules.keySet().removeIf(column -> !owned.containsKey(column.table()));
    return rules;
  }
}
