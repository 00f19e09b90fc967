package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What must hold within a map, whatever the database is like.
final class MapRules {
  private MapRules() {}

  static List<String> problems(ScopeMap map) {
    List<String> problems = new ArrayList<>();
    Map<String, QualifiedName> exports = new HashMap<>();
    map.owned()
        .forEach(
            (table, owned) -> {
              boolean root = table.equals(map.root().table());
              if (root != owned.via() instanceof Via.OfRoot) {
                problems.add(
                    root
                        ? "owned." + table + " is the root: write 'via: root'"
                        : "owned."
                            + table
                            + " is not the root: 'via: root' is only for "
                            + map.root().table());
              }
              if (map.referenced().containsKey(table)) {
                problems.add(table + " is both owned and referenced: choose one");
              }
              QualifiedName other = exports.put(map.exportName(table), table);
              if (other != null) {
                problems.add(
                    other
                        + " and "
                        + table
                        + " have the same export name "
                        + map.exportName(table)
                        + ": give one of them 'export: NAME'");
              }
            });
    for (Exclusion exclusion : map.excluded()) {
      exclusion
          .pattern()
          .exact()
          .filter(table -> map.owned().containsKey(table) || map.referenced().containsKey(table))
          .ifPresent(
              table -> problems.add(table + " is excluded and in another class: choose one"));
    }
    beyondOwned(map, problems);
    return problems;
  }

  private static void beyondOwned(ScopeMap map, List<String> problems) {
    map.owned()
        .forEach(
            (table, owned) -> {
              if (owned.via() instanceof Via.OfPolymorphic way) {
                way.targets().values().stream()
                    .filter(target -> !map.owned().containsKey(target))
                    .forEach(
                        target ->
                            problems.add(
                                "owned."
                                    + table
                                    + ".via leads to "
                                    + target
                                    + ", which is not owned"));
              }
            });
    map.assets()
        .forEach(
            (name, group) -> {
              if (!map.owned().containsKey(group.table())) {
                problems.add(
                    "assets." + name + " belongs to " + group.table() + ", which is not owned");
              }
            });
    map.columns()
        .keySet()
        .forEach(
            column -> {
              if (!map.owned().containsKey(column.table())) {
                problems.add("columns." + column + " is of a table that is not owned");
              }
            });
  }
}
