package io.holdfast.tenant.restore;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.ForeignKey.Action;
import io.holdfast.tenant.catalog.Key;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.restore.RestoreModel.Cause;
import io.holdfast.tenant.restore.RestoreModel.Kind;
import io.holdfast.tenant.restore.RestoreModel.Work;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Via;
import io.holdfast.tenant.testing.Rows;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/// What speaks against writing a row, given everything else that is to be written; all but whose
/// row it would be.
final class ModelCauses {
  private final Catalog catalog;
  private final Rows backup;
  private final Rows target;
  private final Map<QualifiedName, Map<String, String>> lost;
  private final Map<QualifiedName, Set<String>> takenOver;
  private final ScopeMap map;
  private final String id;

  /// @param takenOver keys of backed-up rows that are somebody else's now
  /// @param lost the foreign keys of rows that point to nobody
  ModelCauses(
      Catalog catalog,
      ScopeMap map,
      String id,
      Rows backup,
      Rows target,
      Map<QualifiedName, Map<String, String>> lost,
      Map<QualifiedName, Set<String>> takenOver) {
    this.map = map;
    this.id = id;
    this.takenOver = takenOver;
    this.catalog = catalog;
    this.backup = backup;
    this.target = target;
    this.lost = lost;
  }

  Set<Cause> of(Work work, Set<Work> all, Rows after) {
    Set<Cause> causes = new LinkedHashSet<>();
    Table table = catalog.table(work.table()).orElseThrow();
    switch (work.kind()) {
      case DELETE -> {
        stillPointedTo(work, all, causes);
        stillOwning(work, all, causes);
      }
      case INSERT, UPDATE -> {
        Map<String, String> row = backup.row(table.name(), work.key());
        String who = lost.getOrDefault(work.table(), Map.of()).get(work.key());
        if (who != null) {
          causes.add(new Cause(Reason.REFERENCE_MISSING, who));
        }
        pointingToNothing(table, row, after, causes);
        taken(table, work, row, all, causes);
        if (work.kind() == Kind.UPDATE) {
          changedUnderOthers(table, work, row, all, causes);
        }
      }
    }
    return causes;
  }

  private void pointingToNothing(
      Table table, Map<String, String> row, Rows after, Set<Cause> causes) {
    for (ForeignKey key : table.foreignKeys()) {
      boolean points = key.columns().stream().allMatch(row::containsKey);
      boolean there =
          after.of(key.target()).values().stream()
              .anyMatch(target -> Rows.match(row, key.columns(), target, key.targetColumns()));
      boolean others =
          takenOver.getOrDefault(key.target(), Set.of()).stream()
              .map(taken -> backup.row(key.target(), taken))
              .anyMatch(target -> Rows.match(row, key.columns(), target, key.targetColumns()));
      boolean strayed =
          backup.of(key.target()).entrySet().stream()
              .filter(it -> Rows.match(row, key.columns(), it.getValue(), key.targetColumns()))
              .map(it -> after.of(key.target()).get(it.getKey()))
              .anyMatch(
                  now -> now == null || !Rows.match(row, key.columns(), now, key.targetColumns()));
      if (points && (!there || others || strayed)) {
        causes.add(new Cause(Reason.PARENT_MISSING, key.name()));
      }
    }
  }

  private void taken(
      Table table, Work work, Map<String, String> row, Set<Work> all, Set<Cause> causes) {
    for (Key key : table.keys()) {
      if (key.equals(table.identifyingKey().orElseThrow())) {
        continue;
      }
      target
          .of(table.name())
          .forEach(
              (other, there) -> {
                boolean same = Rows.match(row, key.columns(), there, key.columns());
                boolean changes =
                    all.contains(new Work(table.name(), other, Kind.UPDATE))
                        && !acts(table, key, ForeignKey::onUpdate);
                boolean later = work.kind() == Kind.INSERT || key.timing() == Key.Timing.DEFERRABLE;
                boolean deleted =
                    all.contains(new Work(table.name(), other, Kind.DELETE))
                        && !acts(table, key, ForeignKey::onDelete);
                boolean goes = deleted || (changes && later);
                if (same && !other.equals(work.key()) && !goes) {
                  causes.add(new Cause(Reason.UNIQUE_TAKEN, key.name()));
                }
              });
    }
  }

  /// Whether a foreign key does something when a value of the key goes: it would do it to those
  /// that point to whoever takes it over.
  private boolean acts(Table table, Key key, Function<ForeignKey, Action> when) {
    return catalog.foreignKeysTo(table.name()).stream()
        .filter(foreign -> Set.copyOf(foreign.targetColumns()).equals(Set.copyOf(key.columns())))
        .anyMatch(foreign -> when.apply(foreign) != Action.NO_ACTION);
  }

  private void stillPointedTo(Work work, Set<Work> all, Set<Cause> causes) {
    Map<String, String> row = target.row(work.table(), work.key());
    for (ForeignKey key : catalog.foreignKeysTo(work.table())) {
      if (staysPointing(key, row, all)) {
        Reason reason = key.onDelete().touchesRows() ? Reason.CASCADE : Reason.STILL_REFERENCED;
        causes.add(new Cause(reason, key.name()));
      }
    }
  }

  /// Rows that are the tenant's by this one, though no foreign key says so.
  private void stillOwning(Work work, Set<Work> all, Set<Cause> causes) {
    Map<String, String> row = target.row(work.table(), work.key());
    map.owned()
        .forEach(
            (child, owned) -> {
              boolean stays =
                  target.of(child).entrySet().stream()
                      .filter(other -> !all.contains(new Work(child, other.getKey(), Kind.DELETE)))
                      .filter(other -> !all.contains(new Work(child, other.getKey(), Kind.UPDATE)))
                      .anyMatch(other -> isOwner(work.table(), row, owned.via(), other.getValue()));
              if (stays) {
                causes.add(new Cause(Reason.STILL_REFERENCED, child.text()));
              }
            });
  }

  private boolean isOwner(
      QualifiedName table, Map<String, String> row, Via via, Map<String, String> other) {
    return switch (via) {
      case Via.OfRoot(), Via.OfForeignKey _ -> false;
      case Via.OfColumn(String column) ->
          table.equals(map.root().table()) && id.equals(other.get(column));
      case Via.OfPolymorphic way -> {
        String key =
            catalog.table(table).orElseThrow().identifyingKey().orElseThrow().columns().getFirst();
        yield table.equals(way.targets().get(other.getOrDefault(way.typeColumn(), "")))
            && row.getOrDefault(key, "").equals(other.get(way.idColumn()));
      }
    };
  }

  private void changedUnderOthers(
      Table table, Work work, Map<String, String> row, Set<Work> all, Set<Cause> causes) {
    Map<String, String> old = target.row(table.name(), work.key());
    List<String> own = table.identifyingKey().orElseThrow().columns();
    for (ForeignKey key : catalog.foreignKeysTo(table.name())) {
      boolean changes =
          key.targetColumns().stream()
              .anyMatch(
                  name -> !own.contains(name) && !Objects.equals(row.get(name), old.get(name)));
      if (changes && staysPointing(key, old, all)) {
        causes.add(new Cause(Reason.KEY_IN_USE, key.name()));
      }
    }
  }

  private boolean staysPointing(ForeignKey key, Map<String, String> row, Set<Work> all) {
    return target.of(key.table()).entrySet().stream()
        .anyMatch(
            other ->
                Rows.match(other.getValue(), key.columns(), row, key.targetColumns())
                    && !all.contains(new Work(key.table(), other.getKey(), Kind.DELETE))
                    && !all.contains(new Work(key.table(), other.getKey(), Kind.UPDATE)));
  }
}
