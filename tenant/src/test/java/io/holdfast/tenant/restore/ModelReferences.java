package io.holdfast.tenant.restore;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.scope.Referenced;
import io.holdfast.tenant.scope.Referenced.Missing;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.testing.Rows;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/// Whom rows of a backup mean by the shared rows they point to: in the same database the row of the
/// same key, else the one of the same natural key, else nobody.
final class ModelReferences {
  private final Catalog catalog;
  private final ScopeMap map;
  private final Rows target;

  ModelReferences(Catalog catalog, ScopeMap map, Rows target) {
    this.catalog = catalog;
    this.map = map;
    this.target = target;
  }

  /// @param backup the tenant's rows, and the shared ones of the same moment
  Rows found(Rows backup) {
    Rows found = backup.only(keys(backup));
    for (QualifiedName name : map.owned().keySet()) {
      Table table = catalog.table(name).orElseThrow();
      for (Map<String, String> row : backup.of(name).values()) {
        Map<String, String> changed = new TreeMap<>(row);
        for (ForeignKey key : table.foreignKeys()) {
          meant(backup, row, key)
              .ifPresent(
                  who -> {
                    for (int i = 0; i < key.columns().size(); i++) {
                      String value = who.get(key.targetColumns().get(i));
                      if (value != null) {
                        changed.put(key.columns().get(i), value);
                      } else if (isForgotten(table, key)) {
                        changed.remove(key.columns().get(i));
                      }
                    }
                  });
        }
        found.put(table, changed);
      }
    }
    return found;
  }

  private Map<QualifiedName, java.util.Set<String>> keys(Rows backup) {
    Map<QualifiedName, java.util.Set<String>> keys = new HashMap<>();
    map.owned().keySet().forEach(name -> keys.put(name, backup.of(name).keySet()));
    return keys;
  }

  /// The foreign keys of rows that point to somebody who is not there.
  Map<QualifiedName, Map<String, String>> lost(Rows backup) {
    Map<QualifiedName, Map<String, String>> lost = new HashMap<>();
    for (QualifiedName name : map.owned().keySet()) {
      Table table = catalog.table(name).orElseThrow();
      backup
          .of(name)
          .forEach(
              (own, row) -> {
                for (ForeignKey key : table.foreignKeys()) {
                  if (meant(backup, row, key).filter(Map::isEmpty).isPresent()
                      && !isForgotten(table, key)) {
                    lost.computeIfAbsent(name, _ -> new HashMap<>()).put(own, key.name());
                  }
                }
              });
    }
    return lost;
  }

  private Referenced referenced(ForeignKey key) {
    return Objects.requireNonNull(map.referenced().get(key.target()), key::name);
  }

  private boolean isForgotten(Table table, ForeignKey key) {
    boolean nullable =
        key.columns().stream().allMatch(name -> table.column(name).orElseThrow().isNullable());
    return nullable && referenced(key).missing() == Missing.NULL;
  }

  /// Empty if the key points to no shared row, a row without values if the one it points to is not
  /// there.
  private Optional<Map<String, String>> meant(
      Rows backup, Map<String, String> row, ForeignKey key) {
    Referenced referenced = map.referenced().get(key.target());
    if (referenced == null) {
      return Optional.empty();
    }
    return backup.of(key.target()).values().stream()
        .filter(who -> Rows.match(row, key.columns(), who, key.targetColumns()))
        .findFirst()
        .map(
            who ->
                target.of(key.target()).values().stream()
                    .filter(now -> Rows.match(who, key.targetColumns(), now, key.targetColumns()))
                    .findFirst()
                    .or(
                        () ->
                            target.of(key.target()).values().stream()
                                .filter(
                                    now ->
                                        Rows.match(
                                            who, referenced.match(), now, referenced.match()))
                                .findFirst())
                    .orElse(Map.of()));
  }
}
