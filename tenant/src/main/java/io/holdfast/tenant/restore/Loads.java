package io.holdfast.tenant.restore;

import io.holdfast.tenant.copy.CopyRules;
import io.holdfast.tenant.copy.ValueGroup;
import io.holdfast.tenant.restore.TenantRestore.Load;
import io.holdfast.tenant.scope.ColumnName;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What a restore has to be told, and what it tells for the next one.
final class Loads {
  private final RestoreTables tables;
  private final References references;
  private final List<ValueGroup> fleeting;

  Loads(RestoreTables tables, References references, CopyRules rules) {
    this.tables = tables;
    this.references = references;
    this.fleeting = rules.groups().stream().filter(group -> group.making().isFleeting()).toList();
  }

  List<Load> of(Goal goal) {
    List<Load> loads = new ArrayList<>();
    for (StagedTable staged : tables.all()) {
      if (!tables.isNewer(staged)) {
        loads.add(new Load(staged.copyIn(), Load.Kind.ROWS, staged.exportName()));
        loads.addAll(earlier(staged, goal));
      }
    }
    for (int i = 0; i < references.count(); i++) {
      loads.add(new Load(references.copyIn(i), Load.Kind.REFERENCES, references.table(i).text()));
    }
    for (ValueGroup group : fleeting) {
      loads.add(new Load(KnownValues.copyIn(group), Load.Kind.VALUES, names(group)));
    }
    return loads;
  }

  private static List<Load> earlier(StagedTable staged, Goal goal) {
    Load undo = new Load(Undoing.copyIn(staged), Load.Kind.UNDO, staged.exportName());
    return switch (goal) {
      case Goal.Restore _ -> List.of();
      case Goal.Copy _ ->
          List.of(undo, new Load(Undoing.copySince(staged), Load.Kind.SINCE, staged.exportName()));
      case Goal.Undo _ -> List.of(undo);
    };
  }

  /// Another map may have another home.
  private static List<String> names(ValueGroup group) {
    return Stream.concat(group.homes().stream(), group.columns().stream())
        .distinct()
        .map(ColumnName::text)
        .toList();
  }

  /// Queries for what ids became, by a name of each kind of id.
  SortedMap<String, String> values() {
    SortedMap<String, String> values = new TreeMap<>();
    fleeting.forEach(group -> values.put(group.home().text(), Renewal.made(group)));
    return values;
  }
}
