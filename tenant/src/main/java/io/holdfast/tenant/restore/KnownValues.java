package io.holdfast.tenant.restore;

import static io.holdfast.tenant.catalog.Identifiers.quoted;

import io.holdfast.tenant.copy.ValueGroup;
import io.holdfast.tenant.scope.ColumnName;
import java.util.List;
import java.util.stream.Collectors;

/// What ids became in earlier runs of the same copy. A value that somebody else's row has by now,
/// because a run was undone or never ended, is forgotten and made anew.
final class KnownValues {
  private final RestoreTables tables;

  KnownValues(RestoreTables tables) {
    this.tables = tables;
  }

  private static String table(ValueGroup group) {
    return "pg_temp.hf_known_" + group.number();
  }

  static String create(ValueGroup group) {
    return "CREATE TEMP TABLE hf_known_"
        + group.number()
        + " (place pg_catalog.int8 GENERATED ALWAYS AS IDENTITY, old pg_catalog.text COLLATE \"C\","
        + " new pg_catalog.text COLLATE \"C\") ON COMMIT DROP";
  }

  static String copyIn(ValueGroup group) {
    return "COPY " + table(group) + " (old, new) FROM STDIN (ENCODING 'UTF8')";
  }

  /// Takes over what was loaded, of each value what the newest run made of it.
  List<String> recall(ValueGroup group) {
    return List.of(
        "INSERT INTO "
            + Renewal.table(group)
            + " (old, new, known) SELECT DISTINCT ON (k.old) k.old, k.new, true FROM "
            + table(group)
            + " k ORDER BY k.old, k.place DESC",
        "ANALYZE " + Renewal.table(group),
        drop(group, "v.known"));
  }

  /// Drops new values that rows have which no run of the copy made. Its value is how many.
  String dropTaken(ValueGroup group) {
    return drop(group, "NOT v.known");
  }

  private String drop(ValueGroup group, String which) {
    return "WITH gone AS (DELETE FROM "
        + Renewal.table(group)
        + " v USING ("
        + taken(group)
        + ") held WHERE held.old = v.old AND "
        + which
        + " RETURNING 1) SELECT pg_catalog.count(*) FROM gone";
  }

  /// Values, by what they were, of which rows of the target have the new one, and none of these is
  /// of the copy.
  String taken(ValueGroup group) {
    return "SELECT h.old FROM ("
        + group.homes().stream()
            .map(home -> holders(group, home))
            .collect(Collectors.joining(" UNION ALL "))
        + ") h GROUP BY h.old HAVING NOT coalesce(pg_catalog.bool_or(h.made), false)";
  }

  private String holders(ValueGroup group, ColumnName home) {
    StagedTable staged = tables.find(home.table()).orElseThrow();
    return "SELECT v.old, u.made FROM "
        + Renewal.table(group)
        + " v JOIN "
        + staged.table().fromSql()
        + " t ON "
        + StagedTable.column("t", home.column())
        + " = v.new::"
        + staged.columnOf(home.column()).type()
        + " LEFT JOIN (SELECT DISTINCT "
        + quoted(staged.key().columns())
        + ", true AS made FROM "
        + staged.undo()
        + " WHERE "
        + StagedTable.STATE
        + " = 'i') u ON "
        + staged.sameKey("u", "t");
  }
}
