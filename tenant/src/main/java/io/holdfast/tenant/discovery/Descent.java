package io.holdfast.tenant.discovery;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.scope.Root;
import io.holdfast.tenant.scope.Via;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/// Goes down from the root: from an owned table to those that point to it, never up again. Of
/// several ways to a table the best is kept: fewest that may be absent, then the shortest, then by
/// name. *Confined*.
final class Descent {
  private final Catalog catalog;
  private final Root root;
  private final Predicate<QualifiedName> mayOwn;
  private final Map<QualifiedName, List<ForeignKey>> leadingTo = new HashMap<>();
  private final Map<QualifiedName, Via> owned = new LinkedHashMap<>();
  private final PriorityQueue<Step> steps =
      new PriorityQueue<>(
          Comparator.comparingInt(Step::others)
              .thenComparingInt(Step::absent)
              .thenComparingInt(Step::length)
              .thenComparing(Step::table)
              .thenComparing(Step::order));

  /// A way to a table.
  ///
  /// @param others how many of its steps are others than somebody has named
  /// @param absent how many of its steps can be without a value
  private record Step(
      QualifiedName table, Via via, int others, int absent, int length, String order) {}

  /// @param mayOwn tables that are looked at
  Descent(Catalog catalog, Root root, Predicate<QualifiedName> mayOwn) {
    this.catalog = catalog;
    this.root = root;
    this.mayOwn = mayOwn;
    for (Table table : catalog.tables().values()) {
      for (ForeignKey key : table.foreignKeys()) {
        QualifiedName target = catalog.whole(key.target()).map(Table::name).orElse(key.target());
        leadingTo.computeIfAbsent(target, _ -> new ArrayList<>()).add(key);
      }
    }
  }

  /// Begins at a table that belongs to the scope whatever leads to it.
  void begin(QualifiedName table, Via via) {
    steps.add(new Step(table, via, 0, 0, via instanceof Via.OfRoot ? 0 : 1, ""));
  }

  /// All tables that are reached, those above before those below.
  ///
  /// @param named the ways that somebody has named already; they are preferred
  Map<QualifiedName, Via> run(Map<QualifiedName, Via> named) {
    while (!steps.isEmpty()) {
      Step step = steps.poll();
      if (!owned.containsKey(step.table())) {
        owned.put(step.table(), step.via());
        below(step, named);
      }
    }
    return owned;
  }

  private void below(Step at, Map<QualifiedName, Via> named) {
    for (ForeignKey key : leadingTo.getOrDefault(at.table(), List.of())) {
      Table table = catalog.table(key.table()).orElseThrow();
      if (table.isPartition() || owned.containsKey(key.table()) || !mayOwn.test(key.table())) {
        continue;
      }
      boolean other =
          switch (named.get(key.table())) {
            case Via.OfForeignKey(String constraint) -> !constraint.equals(key.name());
            case Via.OfPolymorphic _ -> true;
            case null -> false;
            case Via.OfRoot(), Via.OfColumn _ -> false;
          };
      steps.add(
          new Step(
              key.table(),
              via(key, at.table()),
              at.others() + (other ? 1 : 0),
              at.absent() + (table.allRefuseNulls(key.columns()) ? 0 : 1),
              at.length() + 1,
              key.name()));
    }
    named.forEach(
        (table, via) -> {
          if (via instanceof Via.OfPolymorphic way
              && way.targets().containsValue(at.table())
              && mayOwn.test(table)) {
            steps.add(
                new Step(table, via, at.others(), at.absent() + 1, at.length() + 1, "polymorphic"));
          }
        });
  }

  private Via via(ForeignKey key, QualifiedName target) {
    return target.equals(root.table()) && key.targetColumns().equals(List.of(root.key()))
        ? new Via.OfColumn(key.columns().getFirst())
        : new Via.OfForeignKey(key.name());
  }
}
