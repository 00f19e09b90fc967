package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What must hold within a map, whatever the database is like. *Confined*.
final class MapRules {
  private final ScopeMap map;
  private final List<Contradiction> found = new ArrayList<>();

  private MapRules(ScopeMap map) {
    this.map = map;
  }

  static List<Contradiction> contradictions(ScopeMap map) {
    MapRules rules = new MapRules(map);
    rules.classes();
    rules.exportNames();
    rules.beyondOwned();
    return List.copyOf(rules.found);
  }

  private void add(String where, String text) {
    found.add(new Contradiction(where, text));
  }

  private void classes() {
    map.owned()
        .forEach(
            (table, owned) -> {
              boolean root = table.equals(map.root().table());
              if (root != (owned.via() instanceof Via.OfRoot)) {
                add(
                    "owned." + table,
                    root
                        ? table + " is the root: write 'via: root'"
                        : table
                            + " is not the root: 'via: root' is only for "
                            + map.root().table());
              }
              if (map.referenced().containsKey(table)) {
                add("referenced." + table, table + " is both owned and referenced: choose one");
              }
            });
    for (Exclusion exclusion : map.excluded()) {
      exclusion
          .pattern()
          .exact()
          .filter(table -> map.owned().containsKey(table) || map.referenced().containsKey(table))
          .ifPresent(
              table ->
                  add(
                      "excluded." + table,
                      table + " is excluded and in another class: choose one"));
    }
  }

  private void exportNames() {
    Map<String, QualifiedName> exports = new HashMap<>();
    for (QualifiedName table : map.owned().keySet()) {
      QualifiedName other = exports.put(map.exportName(table), table);
      if (other != null) {
        add(
            "owned." + table,
            other
                + " and "
                + table
                + " have the same export name "
                + map.exportName(table)
                + ": give one of them 'export: NAME'");
      }
    }
  }

  private void beyondOwned() {
    map.owned()
        .forEach(
            (table, owned) -> {
              if (owned.via() instanceof Via.OfPolymorphic way) {
                way.targets().values().stream()
                    .filter(target -> !map.owned().containsKey(target))
                    .forEach(
                        target ->
                            add(
                                "owned." + table,
                                table + " leads to " + target + ", which is not owned"));
              }
            });
    map.assets()
        .forEach(
            (name, group) -> {
              if (!map.owned().containsKey(group.table())) {
                add(
                    "assets." + name,
                    name + " belongs to " + group.table() + ", which is not owned");
              }
            });
    map.columns()
        .keySet()
        .forEach(
            column -> {
              if (!map.owned().containsKey(column.table())) {
                add("columns." + column, column + " is of a table that is not owned");
              }
            });
  }
}
