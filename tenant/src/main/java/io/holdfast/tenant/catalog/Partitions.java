package io.holdfast.tenant.catalog;

import io.holdfast.tenant.catalog.Table.Estimate;
import io.holdfast.tenant.catalog.Table.Kind;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// Gives partitioned tables the sums of what their parts hold: they hold nothing themselves.
final class Partitions {
  private static final int DEPTH_MAX = 100;

  private Partitions() {}

  static List<Table> summed(Collection<Table> tables) {
    Map<QualifiedName, Table> byName = new HashMap<>();
    tables.forEach(table -> byName.put(table.name(), table));
    Map<QualifiedName, Estimate> sums = new HashMap<>();
    for (Table leaf : tables) {
      if (leaf.kind() == Kind.PARTITIONED) {
        continue;
      }
      Table at = leaf;
      for (int depth = 0; depth < DEPTH_MAX && at != null && at.isPartition(); depth++) {
        QualifiedName parent = at.parent().orElseThrow();
        sums.merge(parent, leaf.estimate(), Partitions::sum);
        at = byName.get(parent);
      }
    }
    return tables.stream()
        .map(
            table ->
                sums.containsKey(table.name())
                    ? withEstimate(table, sums.getOrDefault(table.name(), table.estimate()))
                    : table)
        .toList();
  }

  private static Estimate sum(Estimate one, Estimate other) {
    return new Estimate(
        one.rows().isEmpty() || other.rows().isEmpty()
            ? OptionalLong.empty()
            : OptionalLong.of(one.rows().getAsLong() + other.rows().getAsLong()),
        one.bytes() + other.bytes());
  }

  private static Table withEstimate(Table table, Estimate estimate) {
    return new Table(
        table.name(),
        table.kind(),
        table.parent(),
        table.columns(),
        table.keys(),
        table.indexes(),
        table.foreignKeys(),
        table.triggers(),
        table.rowSecurity(),
        table.visibility(),
        estimate);
  }
}
