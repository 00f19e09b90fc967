package io.holdfast.tenant.restore;

import static io.holdfast.tenant.catalog.Identifiers.quoted;

import io.holdfast.tenant.catalog.SqlText;
import java.util.List;
import java.util.stream.Collectors;

/// What a restore writes down of itself, and how that is used to undo it: of each row the key, what
/// was done to it, and a hash of what it was afterwards. Rows that are not so any more were changed
/// by somebody since, and are left alone.
///
/// The lines are as `COPY` writes them: `i`, `u` or `d`; the hash, `\N` for deleted rows; the
/// columns of the key.
final class Undoing {
  /// What a restore did that is no run of the copy.
  private static final String SINCE = "\"holdfast: since\"";

  /// The order in which lines came.
  private static final String PLACE = "\"holdfast: place\"";

  private Undoing() {}

  /// Over all columns that the table has when the restore is done: those that its safety backup
  /// has.
  private static String hash(String alias, List<String> columns) {
    return "pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to("
        + StagedTable.rowText(alias, columns)
        + ", 'UTF8')), 'hex')";
  }

  /// What was done, for after it was.
  static String done(StagedTable staged) {
    String key = keys(staged, "s");
    return "SELECT CASE s."
        + StagedTable.STATE
        + " WHEN '"
        + StagedTable.NEW
        + "' THEN 'i' ELSE 'u' END, "
        + hash("t", staged.exported())
        + ", "
        + key
        + " FROM "
        + staged.stage()
        + " s JOIN "
        + staged.table().fromSql()
        + " t ON "
        + staged.sameKey("t", "s")
        + " WHERE s."
        + StagedTable.WRITE
        + " UNION ALL SELECT 'd', NULL, "
        + keys(staged, "e")
        + " FROM "
        + staged.extra()
        + " e WHERE e."
        + StagedTable.WRITE;
  }

  private static String keys(StagedTable staged, String alias) {
    return staged.key().columns().stream()
        .map(column -> StagedTable.column(alias, column))
        .collect(Collectors.joining(", "));
  }

  static List<String> create(StagedTable staged) {
    return List.of(
        "CREATE TEMP TABLE "
            + staged.undo().substring("pg_temp.".length())
            + " ON COMMIT DROP AS SELECT NULL::pg_catalog.text AS "
            + StagedTable.STATE
            + ", NULL::pg_catalog.text AS "
            + SINCE
            + ", NULL::pg_catalog.text AS "
            + StagedTable.DETAIL
            + ", "
            + quoted(staged.key().columns())
            + " FROM "
            + staged.table().fromSql()
            + " WITH NO DATA",
        "ALTER TABLE "
            + staged.undo()
            + " ADD COLUMN "
            + PLACE
            + " pg_catalog.int8 GENERATED ALWAYS AS IDENTITY");
  }

  static String copyIn(StagedTable staged) {
    return copyIn(staged, StagedTable.STATE);
  }

  /// Takes in what another restore did, in between or afterwards.
  static String copySince(StagedTable staged) {
    return copyIn(staged, SINCE);
  }

  private static String copyIn(StagedTable staged, String state) {
    return "COPY "
        + staged.undo()
        + " ("
        + state
        + ", "
        + StagedTable.DETAIL
        + ", "
        + quoted(staged.key().columns())
        + ") FROM STDIN (ENCODING 'UTF8')";
  }

  /// Forgets rows that a copy made and another restore took back, unless that was undone in turn.
  static List<String> forget(StagedTable staged) {
    return List.of(
        "ANALYZE " + staged.undo(),
        "DELETE FROM "
            + staged.undo()
            + " u WHERE u."
            + StagedTable.STATE
            + " = 'i' AND EXISTS (SELECT FROM "
            + staged.undo()
            + " d WHERE d."
            + SINCE
            + " = 'd' AND "
            + staged.sameKey("d", "u")
            + " AND d."
            + PLACE
            + " > u."
            + PLACE
            + " AND NOT EXISTS (SELECT FROM "
            + staged.undo()
            + " i WHERE i."
            + SINCE
            + " = 'i' AND "
            + staged.sameKey("i", "d")
            + " AND i."
            + PLACE
            + " > d."
            + PLACE
            + "))",
        "ANALYZE " + staged.undo());
  }

  /// Leaves in the plan what the restore did, and takes out what somebody changed since.
  static List<String> restrict(StagedTable staged) {
    String changed =
        StagedTable.WRITE
            + " = false, "
            + StagedTable.REASON
            + " = "
            + SqlText.literal(Reason.CHANGED_SINCE.word());
    String row = " FROM " + staged.table().fromSql() + " t, " + staged.undo() + " u WHERE ";
    return List.of(
        "ANALYZE " + staged.undo(),
        "UPDATE "
            + staged.stage()
            + " s SET "
            + StagedTable.WRITE
            + " = false, "
            + StagedTable.REASON
            + " = NULL WHERE NOT EXISTS (SELECT FROM "
            + staged.undo()
            + " u WHERE u."
            + StagedTable.STATE
            + " IN ('u', 'd') AND "
            + staged.sameKey("u", "s")
            + ")",
        "UPDATE "
            + staged.extra()
            + " e SET "
            + StagedTable.WRITE
            + " = false WHERE NOT EXISTS (SELECT FROM "
            + staged.undo()
            + " u WHERE u."
            + StagedTable.STATE
            + " = 'i' AND "
            + staged.sameKey("u", "e")
            + ")",
        "UPDATE "
            + staged.stage()
            + " s SET "
            + changed
            + row
            + "s."
            + StagedTable.WRITE
            + " AND s."
            + StagedTable.STATE
            + " = '"
            + StagedTable.CHANGED
            + "' AND "
            + staged.sameKey("u", "s")
            + " AND "
            + staged.sameKey("t", "s")
            + " AND u."
            + StagedTable.DETAIL
            + " IS DISTINCT FROM "
            + hash("t", staged.columns()),
        "UPDATE "
            + staged.stage()
            + " s SET "
            + changed
            + " FROM "
            + staged.undo()
            + " u WHERE s."
            + StagedTable.WRITE
            + " AND s."
            + StagedTable.STATE
            + " = '"
            + StagedTable.NEW
            + "' AND "
            + staged.sameKey("u", "s")
            + " AND u."
            + StagedTable.STATE
            + " = 'u'",
        "UPDATE "
            + staged.extra()
            + " e SET "
            + changed
            + row
            + "e."
            + StagedTable.WRITE
            + " AND "
            + staged.sameKey("u", "e")
            + " AND "
            + staged.sameKey("t", "e")
            + " AND u."
            + StagedTable.DETAIL
            + " IS DISTINCT FROM "
            + hash("t", staged.columns()));
  }
}
