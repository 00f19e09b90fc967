package io.holdfast.tenant.restore;

/// Files that rows of one column name.
record FileGroup(String name, StagedTable staged, String column) {
  /// The names that rows of the backup have which are or will be there, and whether such a row is
  /// there already.
  String wanted() {
    String key = StagedTable.column("s", column) + "::pg_catalog.text";
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
    return "SELECT key, pg_catalog.bool_or(there) FROM (SELECT "
        + key
        + " AS key, "
        + there
        + " AS there, s."
        + StagedTable.WRITE
        + " AS written FROM "
        + staged.stage()
        + " s WHERE "
        + StagedTable.column("s", column)
        + " IS NOT NULL) named WHERE there OR written GROUP BY key ORDER BY key COLLATE \"C\"";
  }
}
