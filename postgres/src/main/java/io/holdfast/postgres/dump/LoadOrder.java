package io.holdfast.postgres.dump;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// In which order tables can be filled that have their foreign keys already: what others point to
/// comes first.
///
/// @param layers those of one can be filled at once, when all before are
/// @param tangled tables that cannot be put in order, as they point to each other; in no layer
public record LoadOrder(List<List<SqlName>> layers, List<SqlName> tangled) {
  public LoadOrder {
    layers = layers.stream().map(List::copyOf).toList();
    tangled = List.copyOf(tangled);
  }

  /// A foreign key.
  public record Key(SqlName from, SqlName to) {}

  /// Keys of other tables, and those of a table to itself, do not matter.
  public static LoadOrder of(Collection<SqlName> tables, Collection<Key> keys) {
    Set<SqlName> left = new LinkedHashSet<>(tables);
    Map<SqlName, Set<SqlName>> pointsTo = new HashMap<>();
    Map<SqlName, Set<SqlName>> pointedFrom = new HashMap<>();
    for (Key key : keys) {
      if (left.contains(key.from()) && left.contains(key.to()) && !key.from().equals(key.to())) {
        pointsTo.computeIfAbsent(key.from(), _ -> new HashSet<>()).add(key.to());
        pointedFrom.computeIfAbsent(key.to(), _ -> new HashSet<>()).add(key.from());
      }
    }
    List<List<SqlName>> layers = new ArrayList<>();
    List<SqlName> layer = left.stream().filter(table -> !pointsTo.containsKey(table)).toList();
    while (!layer.isEmpty()) {
      layers.add(layer);
      Set<SqlName> next = new LinkedHashSet<>();
      for (SqlName done : layer) {
        left.remove(done);
        for (SqlName waiting : pointedFrom.getOrDefault(done, Set.of())) {
          Set<SqlName> needs = Objects.requireNonNull(pointsTo.get(waiting));
          needs.remove(done);
          if (needs.isEmpty()) {
            next.add(waiting);
          }
        }
      }
      layer = List.copyOf(next);
    }
    return new LoadOrder(layers, List.copyOf(left));
  }
}
