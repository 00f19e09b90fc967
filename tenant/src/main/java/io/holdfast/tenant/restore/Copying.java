package io.holdfast.tenant.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.tenant.copy.CopyRules;
import io.holdfast.tenant.restore.Goal.Copy;
import io.holdfast.tenant.scope.ColumnName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Makes ids of the staged rows anew, and lets what points to them follow. *Confined.*
final class Copying {
  private final Steps steps;
  private final RestoreTables tables;
  private final CopyRules rules;

  Copying(Steps steps, RestoreTables tables, CopyRules rules) {
    this.steps = steps;
    this.tables = tables;
    this.rules = rules;
  }

  /// @return remarks
  /// @throws BackupException `SCOPE_MAP_UNSUITABLE` if there are no such ids
  List<String> run(Copy copy, LargeObjects objects) throws IOException {
    for (StagedTable staged : tables.all()) {
      steps.run(Undoing.forget(staged));
    }
    Renewal renewal = new Renewal(tables, rules, copy);
    new MakingAnew(steps, renewal, new KnownValues(tables)).make(rules);
    List<String> remarks = new ArrayList<>(objects.detach());
    for (StagedTable staged : tables.all()) {
      steps.run(renewal.rewrite(staged).stream().toList());
      steps.run(renewal.direct(staged));
      requireKeys(staged);
    }
    for (StagedTable staged : tables.all()) {
      steps.run(renewal.outside(staged));
    }
    for (ColumnName column : rules.doubtful()) {
      remarks.add(
          column
              + " looks as if it held ids, and is copied as it is: nothing says to what it points");
    }
    return remarks;
  }

  private void requireKeys(StagedTable staged) throws IOException {
    List<String> unclear = steps.row(Renewal.unclear(staged));
    if (!unclear.get(0).equals("0")) {
      throw new BackupException(
          ErrorCode.SCOPE_MAP_UNSUITABLE,
          unclear.get(0)
              + " keys of "
              + staged.name()
              + " ("
              + String.join(", ", staged.key().columns())
              + ") would be missing or there more than once in a copy, such as "
              + unclear.get(1),
          "Let the map give each row a key of its own, under 'columns'.");
    }
  }
}
