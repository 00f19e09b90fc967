package io.holdfast.tenant.copy;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.scope.ColumnName;
import io.holdfast.tenant.scope.ColumnRule;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Via;
import io.holdfast.tenant.scope.VirtualReference;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Which columns of owned tables hold the same ids: foreign keys, tenant columns and references
/// that the map declares say so. *Confined.*
final class SharedValues {
  private final ScopeMap map;
  private final Catalog catalog;
  private final Map<ColumnName, ColumnName> joined = new HashMap<>();

  /// Columns that point to others.
  private final Set<ColumnName> pointing = new HashSet<>();

  /// Columns that point to rows of tables that the tenant does not own.
  private final Set<ColumnName> pointingOut = new HashSet<>();

  SharedValues(ScopeMap map, Catalog catalog) {
    this.map = map;
    this.catalog = catalog;
    map.owned().keySet().forEach(this::foreignKeys);
    tenantColumns();
    map.virtualReferences().forEach(this::virtual);
  }

  private void foreignKeys(QualifiedName name) {
    for (ForeignKey key : table(name).foreignKeys()) {
      QualifiedName target = catalog.whole(key.target()).map(Table::name).orElse(key.target());
      for (int i = 0; i < key.columns().size(); i++) {
        ColumnName from = new ColumnName(name, key.columns().get(i));
        if (map.owned().containsKey(target)) {
          point(from, new ColumnName(target, key.targetColumns().get(i)));
        } else {
          pointingOut.add(from);
        }
      }
    }
  }

  private Table table(QualifiedName name) {
    return catalog.table(name).orElseThrow();
  }

  private void tenantColumns() {
    ColumnName root = root();
    Set<String> names = new HashSet<>();
    map.owned().forEach((name, owned) -> owner(name, owned.via(), root, names));
    // Tables that are found another way have the column too, as a rule.
    map.tenantColumn()
        .filter(names::contains)
        .ifPresent(
            column ->
                map.owned().keySet().stream()
                    .filter(name -> table(name).column(column).isPresent())
                    .map(name -> new ColumnName(name, column))
                    .filter(from -> !pointing.contains(from) && !pointingOut.contains(from))
                    .forEach(from -> point(from, root)));
  }

  private void owner(QualifiedName name, Via via, ColumnName root, Set<String> names) {
    switch (via) {
      case Via.OfColumn(String column) -> {
        names.add(column);
        point(new ColumnName(name, column), root);
      }
      case Via.OfRoot(), Via.OfForeignKey _, Via.OfPolymorphic _ -> {}
    }
  }

  ColumnName root() {
    return new ColumnName(map.root().table(), map.root().key());
  }

  private void virtual(VirtualReference reference) {
    boolean owned =
        map.owned().containsKey(reference.from().table())
            && map.owned().containsKey(reference.to().table());
    if (owned && reference.json().isEmpty() && !isArray(reference.from())) {
      point(reference.from(), reference.to());
    }
  }

  boolean isArray(ColumnName column) {
    return table(column.table())
        .column(column.column())
        .filter(found -> found.type().endsWith("[]"))
        .isPresent();
  }

  /// What has a rule of its own in the map goes its own way.
  private void point(ColumnName from, ColumnName to) {
    boolean ruled =
        Optional.ofNullable(map.columns().get(from))
            .filter(rule -> !(rule.onClone() instanceof ColumnRule.OnClone.Copy))
            .isPresent();
    if (from.equals(to) || ruled) {
      return;
    }
    pointing.add(from);
    ColumnName a = first(from);
    ColumnName b = first(to);
    if (!a.equals(b)) {
      joined.put(a, b);
    }
  }

  private ColumnName first(ColumnName column) {
    ColumnName at = column;
    while (joined.containsKey(at)) {
      at = joined.get(at);
    }
    return at;
  }

  /// One column that stands for all that hold the same ids as this one.
  ColumnName sign(ColumnName column) {
    return first(column);
  }

  /// Whether a reference of any kind begins here.
  boolean points(ColumnName column) {
    return pointing.contains(column) || pointingOut.contains(column);
  }

  boolean pointsOut(ColumnName column) {
    return pointingOut.contains(column);
  }

  /// All columns that hold the same ids.
  NavigableSet<ColumnName> with(ColumnName column) {
    NavigableSet<ColumnName> all = new TreeSet<>();
    ColumnName sign = sign(column);
    all.add(column);
    joined.keySet().stream().filter(other -> sign(other).equals(sign)).forEach(all::add);
    all.add(sign);
    return all;
  }

  /// Those among them in which the ids are at home: nothing says that they point to another; where
  /// they point to each other in a ring, all.
  List<ColumnName> homes(NavigableSet<ColumnName> columns) {
    List<ColumnName> homes = columns.stream().filter(column -> !pointing.contains(column)).toList();
    return homes.isEmpty() ? List.copyOf(columns) : homes;
  }
}
