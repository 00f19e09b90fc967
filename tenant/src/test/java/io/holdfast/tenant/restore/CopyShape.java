package io.holdfast.tenant.restore;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Via;
import io.holdfast.tenant.testing.Rows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What rows are without their ids: of each row its other values, and what it points to, in rounds:
/// after some of them, rows look the same only if they are tied to others in the same way. It knows
/// the tables of [io.holdfast.tenant.testing.RandomTables], and nothing of how copies are made.
final class CopyShape {
  private static final int ROUNDS = 5;
  private static final Set<String> IDS = Set.of("id", "a", "tenant_id", "number", "slot", "kid");

  private final Catalog catalog;
  private final ScopeMap map;
  private final Rows rows;

  /// @param rows of one tenant, and all that are only pointed to
  CopyShape(Catalog catalog, ScopeMap map, Rows rows) {
    this.catalog = catalog;
    this.map = map;
    this.rows = rows;
  }

  /// A line for each row, in order.
  List<String> lines() {
    Map<String, Integer> looks = new HashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      Map<String, Integer> next = new HashMap<>();
      for (QualifiedName name : map.owned().keySet()) {
        for (Map<String, String> row : rows.of(name).values()) {
          next.put(place(name, row), look(name, row, looks).hashCode());
        }
      }
      looks = next;
    }
    List<String> lines = new ArrayList<>();
    for (QualifiedName name : map.owned().keySet()) {
      for (Map<String, String> row : rows.of(name).values()) {
        lines.add(look(name, row, looks));
      }
    }
    lines.sort(String::compareTo);
    return lines;
  }

  private String place(QualifiedName name, Map<String, String> row) {
    return name + " " + Rows.key(catalog.table(name).orElseThrow(), row);
  }

  private String look(QualifiedName name, Map<String, String> row, Map<String, Integer> looks) {
    Table table = catalog.table(name).orElseThrow();
    Map<String, String> values = new TreeMap<>();
    Set<String> pointing = new HashSet<>(IDS);
    if (name.equals(map.root().table())) {
      pointing.add(map.root().key());
    }
    for (ForeignKey key : table.foreignKeys()) {
      if (map.owned().containsKey(key.target())) {
        pointing.addAll(key.columns());
        values.put("-> " + key.name(), pointed(row, key, looks));
      }
    }
    if (map.owned(name).orElseThrow().via() instanceof Via.OfPolymorphic way) {
      values.put("-> by type", byType(row, way, looks));
    }
    row.forEach(
        (column, value) -> {
          if (!pointing.contains(column)) {
            values.put(
                column, column.equals("code") ? value.replaceAll("-[0-9a-f]{8}$", "") : value);
          }
        });
    return name + " " + values;
  }

  private String pointed(Map<String, String> row, ForeignKey key, Map<String, Integer> looks) {
    if (!key.columns().stream().map(row::get).allMatch(Objects::nonNull)) {
      return "nothing";
    }
    return rows.of(key.target()).values().stream()
        .filter(to -> Rows.match(row, key.columns(), to, key.targetColumns()))
        .findFirst()
        .map(to -> "" + looks.getOrDefault(place(key.target(), to), 0))
        .orElse("somebody else's");
  }

  private String byType(
      Map<String, String> row, Via.OfPolymorphic way, Map<String, Integer> looks) {
    return Optional.ofNullable(row.get(way.typeColumn()))
        .flatMap(word -> Optional.ofNullable(way.targets().get(word)))
        .map(target -> target + " " + Optional.ofNullable(row.get(way.idColumn())).orElse(""))
        .map(place -> "" + looks.getOrDefault(place, 0))
        .orElse("nothing");
  }
}
