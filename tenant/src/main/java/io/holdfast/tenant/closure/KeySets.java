package io.holdfast.tenant.closure;

import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.QualifiedName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The keys of a table's rows, from sets of keys of the tables above it: each is computed once
/// however many ways lead through it. *Confined*.
final class KeySets {
  private final Predicates predicates;
  private final Links links;
  private final List<List<QualifiedName>> components;
  private final Predicate<QualifiedName> needsSet;
  private final Map<QualifiedName, String> keys = new HashMap<>();

  /// @param components those above first
  /// @param needsSet whether a table is asked for by its set
  KeySets(
      Predicates predicates,
      Links links,
      List<List<QualifiedName>> components,
      Predicate<QualifiedName> needsSet) {
    this.predicates = predicates;
    this.links = links;
    this.components = components;
    this.needsSet = needsSet;
  }

  /// Whether a row is in the set of its table.
  String predicate(QualifiedName table, String alias) {
    Set<QualifiedName> wanted = new HashSet<>();
    collect(table, wanted);
    List<String> definitions = new ArrayList<>();
    for (int i = 0; i < components.size(); i++) {
      if (wanted.contains(components.get(i).getFirst())) {
        definitions.add(definition(components.get(i), "owned_" + i));
      }
    }
    return row(table, alias)
        + " IN (\n  WITH RECURSIVE "
        + String.join(",\n  ", definitions)
        + "\n  "
        + keysOf(table)
        + ")";
  }

  /// The sets that a set is made from. Its size is that of the map, whatever the ways.
  private void collect(QualifiedName start, Set<QualifiedName> into) {
    List<QualifiedName> open = new ArrayList<>(List.of(start));
    while (!open.isEmpty()) {
      QualifiedName table = open.removeLast();
      if (needsSet.test(table) && into.add(table)) {
        links.of(table).forEach(link -> open.add(link.target()));
      }
    }
  }

  private String definition(List<QualifiedName> component, String name) {
    QualifiedName first = component.getFirst();
    boolean circle =
        component.size() > 1
            || links.of(first).stream().anyMatch(link -> link.target().equals(first));
    if (circle) {
      CircleQuery query = new CircleQuery(predicates, links, component, this::member);
      component.forEach(table -> keys.put(table, query.keys(table, name)));
      return query.definition(name);
    }
    String alias = predicates.nextAlias();
    List<String> key = predicates.key(first).stream().map(Column::name).toList();
    keys.put(first, "SELECT " + Identifiers.quoted(key) + " FROM " + name);
    List<String> names = key.stream().map(column -> Predicates.column(alias, column)).toList();
    return name
        + " AS (SELECT "
        + String.join(", ", names)
        + " FROM "
        + predicates.source(first, alias)
        + " WHERE "
        + Predicates.anyOf(predicates.ways(first, alias, _ -> true, this::member))
        + ")";
  }

  private String member(QualifiedName table, String alias) {
    return row(table, alias) + " IN (" + keysOf(table) + ")";
  }

  private String row(QualifiedName table, String alias) {
    return predicates.key(table).stream()
        .map(column -> Predicates.column(alias, column.name()))
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private String keysOf(QualifiedName table) {
    String query = keys.get(table);
    if (query == null) {
      throw new IllegalArgumentException("there is no set of keys of " + table);
    }
    return query;
  }
}
