package io.holdfast.tenant.restore;

import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.restore.TablePlan.Work;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Counts what was found out about the rows of a table.
final class PlanReading {
  private final DatabaseSession session;

  PlanReading(DatabaseSession session) {
    this.session = session;
  }

  TablePlan read(StagedTable staged) throws IOException {
    List<String> counts = session.query(counts(staged)).getFirst();
    long deletes = number(counts.get(6));
    Work work = new Work(number(counts.get(4)), number(counts.get(5)), deletes);
    return new TablePlan(
        staged.name(),
        staged.exportName(),
        number(counts.get(0)),
        number(counts.get(1)),
        number(counts.get(2)),
        number(counts.get(3)),
        work,
        blocked(staged),
        work.isEmpty() ? "" : fingerprint(staged));
  }

  private static long number(String text) {
    return Long.parseLong(text);
  }

  private static String counts(StagedTable staged) {
    String write = "s." + StagedTable.WRITE;
    return "SELECT "
        + counted(state(StagedTable.NEW))
        + counted(state(StagedTable.IDENTICAL))
        + counted(state(StagedTable.CHANGED))
        + "(SELECT pg_catalog.count(*) FROM "
        + staged.extra()
        + "), "
        + counted(write + " AND " + state(StagedTable.NEW))
        + counted(write + " AND " + state(StagedTable.CHANGED))
        + "(SELECT pg_catalog.count(*) FROM "
        + staged.extra()
        + " e WHERE e."
        + StagedTable.WRITE
        + ") FROM "
        + staged.stage()
        + " s";
  }

  private static String state(char state) {
    return "s." + StagedTable.STATE + " = '" + state + "'";
  }

  private static String counted(String condition) {
    return "pg_catalog.count(*) FILTER (WHERE " + condition + "), ";
  }

  private List<Blocked> blocked(StagedTable staged) throws IOException {
    String both =
        "SELECT "
            + StagedTable.REASON
            + " AS reason, coalesce("
            + StagedTable.DETAIL
            + ", '') AS detail FROM ";
    List<Blocked> blocked = new ArrayList<>();
    for (List<String> row :
        session.query(
            "SELECT reason, detail, pg_catalog.count(*) FROM ("
                + both
                + staged.stage()
                + " UNION ALL "
                + both
                + staged.extra()
                + ") b WHERE reason IS NOT NULL GROUP BY reason, detail"
                + " ORDER BY reason COLLATE \"C\", detail COLLATE \"C\"")) {
      blocked.add(new Blocked(Reason.of(row.get(0)), row.get(1), number(row.get(2))));
    }
    return blocked;
  }

  /// Rules of a table that the plan does not look at: the server may refuse what it says.
  List<String> unforeseen(StagedTable staged) throws IOException {
    return session
        .query(
            "SELECT c.relname FROM pg_catalog.pg_index i"
                + " JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = "
                + SqlText.literal(staged.name().sql())
                + "::pg_catalog.regclass AND (i.indisexclusion OR (i.indisunique"
                + " AND (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL))) ORDER BY 1")
        .stream()
        .map(
            row ->
                "whether "
                    + row.getFirst()
                    + " of "
                    + staged.name()
                    + " stands in the way is not known before the restore")
        .toList();
  }

  /// What would be written, and what is there now where it would be written. The sum does not
  /// depend on the order of rows.
  private String fingerprint(StagedTable staged) throws IOException {
    String target = staged.table().fromSql() + " t";
    return session.value(
        "SELECT coalesce(pg_catalog.sum(h), 0) FROM (SELECT "
            + hash(staged.lastingText("s"), 1)
            + " FROM "
            + staged.stage()
            + " s WHERE s."
            + StagedTable.WRITE
            + " UNION ALL SELECT "
            + hash(staged.rowText("t"), 2)
            + " FROM "
            + target
            + " JOIN "
            + staged.stage()
            + " s ON "
            + staged.sameKey("t", "s")
            + " WHERE s."
            + StagedTable.WRITE
            + " UNION ALL SELECT "
            + hash(staged.rowText("t"), 3)
            + " FROM "
            + target
            + " JOIN "
            + staged.extra()
            + " e ON "
            + staged.sameKey("t", "e")
            + " WHERE e."
            + StagedTable.WRITE
            + ") hashes (h)");
  }

  private static String hash(String text, int seed) {
    return "pg_catalog.hashtextextended("
        + text
        + " COLLATE \"C\", "
        + seed
        + ")::pg_catalog.numeric";
  }
}
