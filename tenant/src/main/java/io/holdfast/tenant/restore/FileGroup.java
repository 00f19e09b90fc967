package io.holdfast.tenant.restore;

import io.holdfast.tenant.copy.ValueGroup;
import java.util.Optional;

/// Files that rows of one column name.
///
/// @param renamed where the names of the backup stand, if a copy gives files others
record FileGroup(String name, StagedTable staged, String column, Optional<ValueGroup> renamed) {
  /// The names that rows of the backup have which are or will be there, whether such a row is there
  /// already, and the name in the backup.
  String wanted() {
    String key = StagedTable.column("s", column) + "::pg_catalog.text";
    String stored =
        renamed
            .map(
                group ->
                    "(SELECT pg_catalog.min(v.old) FROM "
                        + Renewal.table(group)
                        + " v WHERE v.new = "
                        + key
                        + " COLLATE \"C\")")
            .orElse(key);
    String there =
        "EXISTS (SELECT FROM "
            + staged.table().fromSql()
            + " t JOIN "
            + staged.scope()
            + " k ON "
            + staged.sameKey("k", "t")
            + " WHERE "
            + staged.sameKey("t", "s")
            + " AND "
            + StagedTable.column("t", column)
            + " = "
            + StagedTable.column("s", column)
            + ")";
    return "SELECT key, pg_catalog.bool_or(there), pg_catalog.min(stored) FROM (SELECT "
        + key
        + " AS key, "
        + there
        + " AS there, "
        + stored
        + " AS stored, s."
        + StagedTable.WRITE
        + " AS written FROM "
        + staged.stage()
        + " s WHERE "
        + StagedTable.column("s", column)
        + " IS NOT NULL) named WHERE there OR written GROUP BY key ORDER BY key COLLATE \"C\"";
  }
}
