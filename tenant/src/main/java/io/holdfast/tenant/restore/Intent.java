package io.holdfast.tenant.restore;

import io.holdfast.tenant.catalog.SqlText;
import java.util.ArrayList;
import java.util.List;

/// What is wanted for the rows of a table, before anything speaks against it.
final class Intent {
  private final StagedTable staged;
  private final RestorePolicy policy;

  Intent(StagedTable staged, RestorePolicy policy) {
    this.staged = staged;
    this.policy = policy;
  }

  List<String> restore() {
    if (policy.skipped().contains(staged.name())) {
      return List.of();
    }
    List<String> sql = new ArrayList<>();
    sql.add(
        "UPDATE "
            + staged.stage()
            + " SET "
            + StagedTable.REASON
            + " = "
            + SqlText.literal(Reason.OTHER_OWNER.word())
            + " WHERE "
            + StagedTable.STATE
            + " = '"
            + StagedTable.OTHER
            + "' AND "
            + StagedTable.REASON
            + " IS NULL");
    String states =
        switch (policy.existing()) {
          case KEPT -> "('" + StagedTable.NEW + "')";
          case OVERWRITTEN -> "('" + StagedTable.NEW + "', '" + StagedTable.CHANGED + "')";
        };
    sql.add(
        "UPDATE "
            + staged.stage()
            + " SET "
            + StagedTable.WRITE
            + " = true WHERE "
            + StagedTable.STATE
            + " IN "
            + states);
    switch (policy.extra()) {
      case KEPT -> {}
      case DELETED -> sql.add("UPDATE " + staged.extra() + " SET " + StagedTable.WRITE + " = true");
    }
    return sql;
  }

  List<String> undo() {
    List<String> sql = new ArrayList<>(restore());
    sql.addAll(Undoing.restrict(staged));
    return sql;
  }

  /// Rows that are there already are those of an earlier run, or strangers that have their keys by
  /// chance: nothing may be tied to these. The row of the tenant itself may be there before.
  ///
  /// @param tenant whether a row `s` is that of the tenant itself
  List<String> copy(String tenant) {
    if (policy.skipped().contains(staged.name())) {
      return List.of();
    }
    List<String> sql = new ArrayList<>();
    sql.add(
        "UPDATE "
            + staged.stage()
            + " s SET "
            + StagedTable.STATE
            + " = '"
            + StagedTable.OTHER
            + "', "
            + StagedTable.REASON
            + " = "
            + SqlText.literal(Reason.KEY_TAKEN.word())
            + " WHERE s."
            + StagedTable.STATE
            + " IN ('"
            + StagedTable.IDENTICAL
            + "', '"
            + StagedTable.CHANGED
            + "') AND NOT ("
            + tenant
            + ") AND NOT EXISTS (SELECT FROM "
            + staged.undo()
            + " u WHERE u."
            + StagedTable.STATE
            + " = 'i' AND "
            + staged.sameKey("u", "s")
            + ")");
    sql.addAll(restore());
    return sql;
  }
}
