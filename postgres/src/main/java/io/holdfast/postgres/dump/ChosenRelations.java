package io.holdfast.postgres.dump;

import io.holdfast.postgres.dump.DumpedRelation.ForeignKey;
import io.holdfast.postgres.dump.DumpedRelation.ObjectId;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Relations that are chosen, with everything that would be dropped with them: partitions, owned
/// sequences, indexes, constraints, triggers, policies.
public final class ChosenRelations {
  /// The number of `pg_constraint`.
  private static final long CONSTRAINTS = 2606;

  private final Map<Long, DumpedRelation> known = new HashMap<>();
  private final Map<Long, DumpedRelation> chosen = new LinkedHashMap<>();
  private final Set<ObjectId> objects = new HashSet<>();

  /// Of partitions and owned sequences, what they belong to.
  private final Map<Long, Set<Long>> owners = new HashMap<>();

  /// @param all relations of the database
  /// @param wanted those that are asked for
  public ChosenRelations(Collection<DumpedRelation> all, Collection<DumpedRelation> wanted) {
    Map<ObjectId, List<ObjectId>> parts = new HashMap<>();
    for (DumpedRelation relation : all) {
      known.put(relation.oid(), relation);
      parts.put(id(relation), relation.parts());
      for (ObjectId part : relation.parts()) {
        if (part.catalog() == ObjectId.RELATIONS) {
          owners.computeIfAbsent(part.oid(), _ -> new HashSet<>()).add(relation.oid());
        }
      }
    }
    Deque<ObjectId> open = new ArrayDeque<>();
    wanted.forEach(relation -> open.add(id(relation)));
    while (!open.isEmpty()) {
      ObjectId next = open.remove();
      if (objects.add(next)) {
        open.addAll(parts.getOrDefault(next, List.of()));
        DumpedRelation relation = known.get(next.oid());
        if (next.catalog() == ObjectId.RELATIONS && relation != null) {
          chosen.put(next.oid(), relation);
        }
      }
    }
  }

  private static ObjectId id(DumpedRelation relation) {
    return new ObjectId(ObjectId.RELATIONS, relation.oid());
  }

  /// By their numbers.
  public Map<Long, DumpedRelation> chosen() {
    return chosen;
  }

  Map<Long, DumpedRelation> known() {
    return known;
  }

  boolean holds(ObjectId object) {
    return objects.contains(object);
  }

  /// Whether something is a partition or an owned sequence of a relation.
  boolean belongs(ObjectId object, ObjectId relation) {
    return object.catalog() == ObjectId.RELATIONS
        && owners.getOrDefault(object.oid(), Set.of()).contains(relation.oid());
  }

  /// Whether what an owned sequence belongs to is chosen, or there already.
  boolean hasOwner(long sequence, Predicate<DumpedRelation> there) {
    return owners.getOrDefault(sequence, Set.of()).stream()
        .anyMatch(owner -> chosen.containsKey(owner) || there.test(known.get(owner)));
  }

  /// Foreign keys of chosen tables to tables that are neither chosen nor there.
  Set<ObjectId> hangingKeys(Predicate<DumpedRelation> there) {
    Set<ObjectId> hanging = new HashSet<>();
    for (DumpedRelation relation : chosen.values()) {
      for (ForeignKey key : relation.foreignKeys()) {
        DumpedRelation target = known.get(key.target());
        if (!chosen.containsKey(key.target()) && (target == null || !there.test(target))) {
          hanging.add(new ObjectId(CONSTRAINTS, key.oid()));
        }
      }
    }
    return hanging;
  }
}
