package io.holdfast.tenant.restore;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.Column.Identity;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.restore.RestorePolicy.Existing;
import io.holdfast.tenant.restore.RestorePolicy.Extra;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.testing.OwnedRowsModel;
import io.holdfast.tenant.testing.Rows;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// What a restore has to do, found out in memory: it begins with all that is wanted and drops one
/// row after the other until nothing speaks against the rest. Knows nothing of SQL.
final class RestoreModel {
  private static final int ORDERS = 6;

  private final Catalog catalog;
  private final ScopeMap map;
  private final String id;
  private final Rows backup;
  private final Rows target;
  private final Map<QualifiedName, Set<String>> owned;
  private final ModelCauses causes;

  /// What becomes of a row.
  enum Kind {
    INSERT,
    UPDATE,
    DELETE
  }

  /// One row that is to be written.
  record Work(QualifiedName table, String key, Kind kind) {}

  /// Why it cannot.
  record Cause(Reason reason, String detail) {}

  /// What a row of the backup is to the target.
  enum State {
    NEW,
    IDENTICAL,
    CHANGED,
    OTHER
  }

  /// What was found out.
  ///
  /// @param blocked what can be said of each row that is left as it is
  /// @param clear false if it depends on the order in which rows are dropped
  record Outcome(Set<Work> work, Map<Work, Set<Cause>> blocked, boolean clear) {}

  /// What a restore did, for undoing it.
  ///
  /// @param after rows that it wrote, as they were then
  record Done(Set<Work> work, Rows after) {}

  /// @param backup the tenant's rows
  /// @param target all rows
  RestoreModel(Catalog catalog, ScopeMap map, String id, Rows backup, Rows target) {
    this.catalog = catalog;
    this.map = map;
    this.id = id;
    ModelReferences references = new ModelReferences(catalog, map, target);
    this.backup = references.found(backup);
    this.target = target;
    this.owned = new OwnedRowsModel(catalog, target, map, id).find();
    this.causes =
        new ModelCauses(
            catalog, map, id, this.backup, target, references.lost(backup), takenOver());
  }

  private Map<QualifiedName, Set<String>> takenOver() {
    Map<QualifiedName, Set<String>> taken = new HashMap<>();
    for (Table table : tables()) {
      Set<String> keys = new TreeSet<>(backup.of(table.name()).keySet());
      keys.removeIf(key -> state(table, key) != State.OTHER);
      taken.put(table.name(), keys);
    }
    return taken;
  }

  State state(Table table, String key) {
    Map<String, String> there = target.of(table.name()).get(key);
    if (there == null) {
      return State.NEW;
    }
    if (!owned.getOrDefault(table.name(), Set.of()).contains(key)) {
      return State.OTHER;
    }
    Map<String, String> row = Objects.requireNonNull(backup.of(table.name()).get(key));
    for (Column column : table.columns()) {
      boolean same = Objects.equals(row.get(column.name()), there.get(column.name()));
      if (!column.isGenerated() && !isKept(table, column) && !same) {
        return State.CHANGED;
      }
    }
    return State.IDENTICAL;
  }

  /// The server gives it once and for all.
  private static boolean isKept(Table table, Column column) {
    return column.identity() == Identity.ALWAYS
        && !table.identifyingKey().orElseThrow().columns().contains(column.name());
  }

  long count(Table table, State state) {
    return backup.of(table.name()).keySet().stream()
        .filter(key -> state(table, key) == state)
        .count();
  }

  /// Keys of the tenant's rows that only the target has.
  Set<String> extra(Table table) {
    Set<String> extra = new TreeSet<>(owned.getOrDefault(table.name(), Set.of()));
    extra.removeAll(backup.of(table.name()).keySet());
    return extra;
  }

  private List<Table> tables() {
    return map.owned().keySet().stream()
        .sorted()
        .map(name -> catalog.table(name).orElseThrow())
        .toList();
  }

  /// What a policy asks for.
  Outcome restore(RestorePolicy policy) {
    Set<Work> wanted = new LinkedHashSet<>();
    Map<Work, Set<Cause>> blocked = new LinkedHashMap<>();
    for (Table table : tables()) {
      if (policy.skipped().contains(table.name())) {
        continue;
      }
      for (String key : backup.of(table.name()).keySet()) {
        switch (state(table, key)) {
          case NEW -> wanted.add(new Work(table.name(), key, Kind.INSERT));
          case IDENTICAL -> {}
          case CHANGED -> {
            if (policy.existing() == Existing.OVERWRITTEN) {
              wanted.add(new Work(table.name(), key, Kind.UPDATE));
            }
          }
          case OTHER ->
              block(blocked, new Work(table.name(), key, Kind.INSERT), Reason.OTHER_OWNER);
        }
      }
      if (policy.extra() == Extra.DELETED) {
        extra(table).forEach(key -> wanted.add(new Work(table.name(), key, Kind.DELETE)));
      }
    }
    return settle(wanted, blocked);
  }

  /// What is left to be undone: only of rows that are still what the restore made of them.
  Outcome undo(Done done) {
    Set<Work> wanted = new LinkedHashSet<>();
    Map<Work, Set<Cause>> blocked = new LinkedHashMap<>();
    for (Work work : done.work()) {
      Table table = catalog.table(work.table()).orElseThrow();
      Map<String, String> made = done.after().of(work.table()).get(work.key());
      Map<String, String> now = target.of(work.table()).get(work.key());
      boolean ours = owned.getOrDefault(work.table(), Set.of()).contains(work.key());
      if (work.kind() == Kind.INSERT) {
        Work deletion = new Work(work.table(), work.key(), Kind.DELETE);
        if (ours && !backup.of(work.table()).containsKey(work.key())) {
          if (Objects.equals(made, now)) {
            wanted.add(deletion);
          } else {
            block(blocked, deletion, Reason.CHANGED_SINCE);
          }
        }
        continue;
      }
      Kind kind = now == null ? Kind.INSERT : Kind.UPDATE;
      Work back = new Work(work.table(), work.key(), kind);
      switch (state(table, work.key())) {
        case IDENTICAL -> {}
        case OTHER -> block(blocked, back, Reason.OTHER_OWNER);
        case NEW, CHANGED -> {
          if (Objects.equals(made, now)) {
            wanted.add(back);
          } else {
            block(blocked, back, Reason.CHANGED_SINCE);
          }
        }
      }
    }
    return settle(wanted, blocked);
  }

  private static void block(Map<Work, Set<Cause>> blocked, Work work, Reason reason) {
    blocked.put(work, Set.of(new Cause(reason, "")));
  }

  private Outcome settle(Set<Work> wanted, Map<Work, Set<Cause>> blocked) {
    Set<Work> rest = dropTogether(wanted);
    boolean clear = true;
    for (int i = 0; i < ORDERS; i++) {
      clear &= rest.equals(dropOneByOne(wanted, new SplittableRandom(i)));
    }
    for (Work work : wanted) {
      if (!rest.contains(work)) {
        Set<Work> with = new LinkedHashSet<>(rest);
        with.add(work);
        blocked.put(work, causes(with).getOrDefault(work, Set.of()));
      }
    }
    return new Outcome(rest, blocked, clear);
  }

  private Set<Work> dropTogether(Set<Work> wanted) {
    Set<Work> rest = new LinkedHashSet<>(wanted);
    Map<Work, Set<Cause>> out = causes(rest);
    while (!out.isEmpty()) {
      rest.removeAll(out.keySet());
      out = causes(rest);
    }
    return rest;
  }

  private Set<Work> dropOneByOne(Set<Work> wanted, RandomGenerator random) {
    Set<Work> rest = new LinkedHashSet<>(wanted);
    List<Work> out = new ArrayList<>(causes(rest).keySet());
    while (!out.isEmpty()) {
      rest.remove(out.get(random.nextInt(out.size())));
      out = new ArrayList<>(causes(rest).keySet());
    }
    return rest;
  }

  private Map<Work, Set<Cause>> causes(Set<Work> set) {
    Rows after = after(set);
    Map<QualifiedName, Set<String>> mine = mine(set, after);
    Map<Work, Set<Cause>> out = new LinkedHashMap<>();
    for (Work work : set) {
      Set<Cause> found = causes.of(work, set, after);
      if (work.kind() != Kind.DELETE
          && !mine.getOrDefault(work.table(), Set.of()).contains(work.key())) {
        found.add(new Cause(Reason.NOT_OF_TENANT, ""));
      }
      if (!found.isEmpty()) {
        out.put(work, found);
      }
    }
    return out;
  }

  /// Owners are rows that are written, and those of the tenant that stay.
  private Map<QualifiedName, Set<String>> mine(Set<Work> set, Rows after) {
    Map<QualifiedName, Set<String>> owners = new HashMap<>();
    owned.forEach((table, keys) -> owners.put(table, new TreeSet<>(keys)));
    set.forEach(work -> owners.computeIfAbsent(work.table(), _ -> new TreeSet<>()).add(work.key()));
    return new OwnedRowsModel(catalog, after.only(owners), map, id).find();
  }

  /// All rows when this was done.
  Rows after(Set<Work> set) {
    Rows after = target.copy();
    for (Work work : set) {
      Table table = catalog.table(work.table()).orElseThrow();
      switch (work.kind()) {
        case DELETE -> after.remove(work.table(), work.key());
        case INSERT -> after.put(table, backup.row(work.table(), work.key()));
        case UPDATE -> after.put(table, overwritten(table, work.key()));
      }
    }
    return after;
  }

  private Map<String, String> overwritten(Table table, String key) {
    Map<String, String> row = new TreeMap<>(backup.row(table.name(), key));
    for (Column column : table.columns()) {
      if (isKept(table, column)) {
        row.put(column.name(), target.row(table.name(), key).get(column.name()));
      }
    }
    return row;
  }

  /// What a restore of this would have to say for undoing it.
  Done done(Set<Work> work, Rows after) {
    Map<QualifiedName, Set<String>> keys = new HashMap<>();
    work.forEach(one -> keys.computeIfAbsent(one.table(), _ -> new TreeSet<>()).add(one.key()));
    return new Done(Collections.unmodifiableSet(work), after.only(keys));
  }

  /// The keys of all that is the tenant's in the target.
  Map<QualifiedName, Set<String>> owned() {
    return owned;
  }
}
