package io.holdfast.tenant.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.closure.OuterScope;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/// Keeps a restore within a larger scope, so that who may restore what belongs to one account never
/// reaches what is another's.
///
/// What counts is asked twice in the restore's transaction: everything that the tenant has before
/// (rows that are changed or deleted are among that), and everything that it has afterwards (what
/// was written is). What lies between only says earlier what would be refused then.
final class Enclosure {
  private static final String UNCHANGED = "Nothing was changed. ";

  private final DatabaseSession session;
  private final RestoreTables tables;
  private final OuterScope outer;
  private final String id;

  Enclosure(DatabaseSession session, RestoreTables tables, OuterScope outer, String id) {
    this.session = session;
    this.tables = tables;
    this.outer = outer;
    this.id = id;
  }

  /// Before anything is done. A root that is not there yet is nobody's.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if the root is somebody else's, in the words for one
  ///   that does not exist; `RESTORE_BLOCKED` if a row below it is
  void requireNow() throws IOException {
    outer.requireNoOthersRoot(session, id);
    refuse(
        outer.strangers(session, id),
        "Say whose they are in the database, or restore the larger scope.");
  }

  /// When rows of the backup point to what they will point to: the root as it was backed up. Rows
  /// of a time when it was somebody else's are not given to who has it now.
  void requireBackedUp() throws IOException {
    StagedTable root = tables.find(tables.map().root().table()).orElseThrow();
    refuse(
        strangers(root, ""),
        "It was somebody else's when it was backed up: restore a later backup.");
  }

  /// When the plan stands: rows that would be written, as far as that can be known.
  void requirePlanned() throws IOException {
    for (StagedTable staged : tables.all()) {
      refuse(
          strangers(staged, " AND s." + StagedTable.WRITE),
          "They were somebody else's when they were backed up: leave their table out, or restore"
              + " another backup.");
    }
  }

  /// When all is written, before it is committed.
  void requireAfterwards() throws IOException {
    outer.requireNoOthersRoot(session, id);
    refuse(outer.strangers(session, id), "The backup has rows that would be somebody else's.");
  }

  private Optional<String> strangers(StagedTable staged, String further) throws IOException {
    Optional<String> condition =
        outer.conditionOfNew(staged.name(), "s", Set.copyOf(staged.columns()));
    if (condition.isEmpty()) {
      return Optional.empty();
    }
    String rows =
        session.value(
            "SELECT pg_catalog.count(*) FROM "
                + staged.stage()
                + " s WHERE ("
                + condition.get()
                + ") IS NOT TRUE"
                + further);
    return rows.equals("0")
        ? Optional.empty()
        : Optional.of(
            rows + " rows of " + staged.name() + " in the backup are " + outer.inOnly(id));
  }

  private static void refuse(Optional<String> strangers, String hint) {
    if (strangers.isPresent()) {
      throw new BackupException(ErrorCode.RESTORE_BLOCKED, strangers.get(), UNCHANGED + hint);
    }
  }
}
