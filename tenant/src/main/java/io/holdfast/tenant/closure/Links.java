package io.holdfast.tenant.closure;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.graph.Components;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Shared;
import io.holdfast.tenant.scope.Via;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// How the owned tables of a map hang together in a database. What the database does not have is
/// left out: `check` speaks of it.
public final class Links {
  private final ScopeMap map;
  private final Catalog catalog;

  public Links(ScopeMap map, Catalog catalog) {
    this.map = map;
    this.catalog = catalog;
  }

  /// The links by which rows of the table belong to the scope: that of `via`, and included ones.
  public List<Link> of(QualifiedName name) {
    List<Link> links = new ArrayList<>();
    Owned owned = map.owned().get(name);
    Table table = catalog.table(name).orElse(null);
    if (owned == null || table == null) {
      return links;
    }
    switch (owned.via()) {
      case Via.OfRoot(), Via.OfColumn _ -> {}
      case Via.OfForeignKey(String constraint) -> add(table, constraint, links);
      case Via.OfPolymorphic way ->
          way.targets()
              .forEach(
                  (value, target) ->
                      links.add(new Link.ByValue(way.typeColumn(), value, way.idColumn(), target)));
    }
    owned
        .shared()
        .forEach(
            (constraint, choice) -> {
              if (choice == Shared.INCLUDE) {
                add(table, constraint, links);
              }
            });
    return links;
  }

  private void add(Table table, String constraint, List<Link> links) {
    table
        .foreignKey(constraint)
        .map(key -> new Link.ByKey(key, target(key)))
        .filter(link -> map.owned().containsKey(link.target()))
        .ifPresent(links::add);
  }

  private QualifiedName target(ForeignKey key) {
    return catalog.whole(key.target()).map(Table::name).orElse(key.target());
  }

  /// Owned tables by the tables that own their rows.
  public SortedMap<QualifiedName, NavigableSet<QualifiedName>> ownership() {
    SortedMap<QualifiedName, NavigableSet<QualifiedName>> edges = new TreeMap<>();
    for (QualifiedName table : map.owned().keySet()) {
      NavigableSet<QualifiedName> targets = new TreeSet<>();
      of(table).forEach(link -> targets.add(link.target()));
      edges.put(table, targets);
    }
    return edges;
  }

  /// Owned tables by all owned tables that they point to, as a restore has to respect them.
  private SortedMap<QualifiedName, NavigableSet<QualifiedName>> references() {
    SortedMap<QualifiedName, NavigableSet<QualifiedName>> edges = ownership();
    edges.forEach(
        (name, targets) ->
            catalog.table(name).stream()
                .flatMap(table -> table.foreignKeys().stream())
                .map(this::target)
                .filter(map.owned()::containsKey)
                .forEach(targets::add));
    return edges;
  }

  /// The order of a restore: tables come after those that they point to or that own them; tables
  /// that do so in a circle are together.
  public List<List<QualifiedName>> order() {
    return Components.of(references());
  }
}
