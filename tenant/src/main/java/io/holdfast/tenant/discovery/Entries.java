package io.holdfast.tenant.discovery;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.Key;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.scope.Decisions;
import io.holdfast.tenant.scope.ExportNames;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.Referenced;
import io.holdfast.tenant.scope.Referenced.Missing;
import io.holdfast.tenant.scope.Root;
import io.holdfast.tenant.scope.Shared;
import io.holdfast.tenant.scope.Via;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Makes the entries of a map from the ways to its owned tables.
final class Entries {
  private final Catalog catalog;
  private final Map<QualifiedName, Via> ways;
  private final Decisions decisions;

  Entries(Catalog catalog, Root root, Map<QualifiedName, Via> ways) {
    this.catalog = catalog;
    this.ways = ways;
    decisions = new Decisions(catalog, root.table(), ways::containsKey);
  }

  /// @param known an entry that somebody wrote: everything but the way is taken from there
  Map<QualifiedName, Owned> owned(Function<QualifiedName, Optional<Owned>> known) {
    Map<QualifiedName, Owned> owned = new LinkedHashMap<>();
    Set<String> taken = new HashSet<>();
    ways.forEach(
        (name, via) -> {
          Table table = catalog.table(name).orElseThrow();
          Optional<Owned> before = known.apply(name);
          owned.put(
              name,
              new Owned(
                  via,
                  before.flatMap(Owned::where),
                  shared(table, via, before),
                  before.isPresent() ? before.get().exportName() : exportName(name, taken),
                  before.map(Owned::largeObjects).orElseGet(() -> largeObjects(table))));
        });
    return owned;
  }

  private SortedMap<String, Shared> shared(Table table, Via via, Optional<Owned> before) {
    SortedMap<String, Shared> shared = new TreeMap<>();
    for (ForeignKey key : decisions.needed(table, via)) {
      shared.put(
          key.name(),
          before
              .map(entry -> entry.shared().get(key.name()))
              .orElseGet(() -> decisions.proposed(table, via, key)));
    }
    return shared;
  }

  /// Given only where the derived one is taken by another table.
  private static Optional<String> exportName(QualifiedName table, Set<String> taken) {
    String derived = ExportNames.derived(table);
    if (taken.add(derived)) {
      return Optional.empty();
    }
    String withSchema =
        ExportNames.derived(new QualifiedName(table.schema(), table.schema() + "_" + table.name()));
    String name = withSchema;
    for (int number = 2; !taken.add(name); number++) {
      name = withSchema.substring(0, Math.min(withSchema.length(), 90)) + number;
    }
    return Optional.of(name);
  }

  private static List<String> largeObjects(Table table) {
    return table.columns().stream()
        .filter(column -> column.type().equals("oid") || column.type().endsWith(".lo"))
        .map(Column::name)
        .toList();
  }

  /// What owned tables point to and is not owned.
  SortedMap<QualifiedName, Referenced> referenced() {
    SortedMap<QualifiedName, Referenced> referenced = new TreeMap<>();
    for (QualifiedName name : ways.keySet()) {
      List<ForeignKey> keys = catalog.table(name).map(Table::foreignKeys).orElse(List.of());
      for (ForeignKey key : keys) {
        QualifiedName target = decisions.target(key);
        Optional<Table> table = catalog.table(target);
        if (!ways.containsKey(target) && table.isPresent()) {
          referenced.putIfAbsent(
              target,
              new Referenced(naturalKey(table.get()).orElse(key.targetColumns()), Missing.FAIL));
        }
      }
    }
    return referenced;
  }

  /// A unique key without nulls that is not the primary one, else the primary one.
  private static Optional<List<String>> naturalKey(Table table) {
    return table.keys().stream()
        .filter(key -> !key.isPrimary() && table.refusesNulls(key))
        .min(
            Comparator.comparingInt((Key key) -> key.columns().size())
                .thenComparing(key -> key.columns().toString()))
        .or(table::identifyingKey)
        .map(Key::columns);
  }

  /// Comments for tables with several ways to the root.
  Map<QualifiedName, String> remarks(Map<QualifiedName, Owned> owned) {
    return owned.entrySet().stream()
        .filter(entry -> !entry.getValue().shared().isEmpty())
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry ->
                    entry.getValue().shared().entrySet().stream()
                        .map(
                            choice ->
                                choice.getKey()
                                    + " leads to the root too: "
                                    + choice.getValue().name().toLowerCase(Locale.ROOT)
                                    + " is a proposal, look at it")
                        .collect(Collectors.joining("\n"))));
  }
}
