package io.holdfast.tenant.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.wire.DatabaseSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Takes out of a plan what cannot be done, until nothing more falls out.
final class Settling {
  private static final int ROUNDS_MAX = 100_000;

  private final DatabaseSession session;
  private final Cancellation cancellation;
  private final RestoreTables tables;
  private final Membership membership;
  private final BlockRules.Targets targets;
  private int rounds;

  Settling(
      DatabaseSession session,
      Cancellation cancellation,
      RestoreTables tables,
      Membership membership,
      BlockRules.Targets targets) {
    this.targets = targets;
    this.session = session;
    this.cancellation = cancellation;
    this.tables = tables;
    this.membership = membership;
  }

  /// @throws BackupException `CHECK_FAILED` if it takes too long
  void run() throws IOException {
    BlockRules blocks = new BlockRules(tables, membership, targets);
    List<String> rules = new ArrayList<>();
    for (StagedTable staged : tables.all()) {
      rules.addAll(blocks.of(staged));
    }
    repeat(rules);
    while (membership.needsMarks() && dropsUnowned()) {
      repeat(rules);
    }
  }

  /// Takes out rows to which nothing leads from the root.
  ///
  /// @return whether there were any
  private boolean dropsUnowned() throws IOException {
    List<String> marks = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    List<String> fresh = new ArrayList<>();
    for (StagedTable staged : tables.all()) {
      for (String clear : membership.clear(staged)) {
        session.query(clear);
      }
      marks.addAll(membership.mark(staged));
      changed.add(membership.unmarked(staged, StagedTable.CHANGED));
      fresh.add(membership.unmarked(staged, StagedTable.NEW));
    }
    repeat(marks);
    return once(changed) || once(fresh);
  }

  private void repeat(List<String> statements) throws IOException {
    boolean again = true;
    while (again) {
      if (++rounds > ROUNDS_MAX) {
        throw new BackupException(
            ErrorCode.CHECK_FAILED,
            "the plan did not come to rest in " + ROUNDS_MAX + " rounds",
            "Nothing was changed. Restore fewer tables at once, with --skip.");
      }
      again = once(statements);
    }
  }

  /// @return whether any of them found something
  private boolean once(List<String> statements) throws IOException {
    boolean found = false;
    for (String sql : statements) {
      cancellation.throwIfRequested();
      found |= !session.value(sql).equals("0");
    }
    return found;
  }
}
