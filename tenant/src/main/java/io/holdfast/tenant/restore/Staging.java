package io.holdfast.tenant.restore;

import static io.holdfast.tenant.catalog.Identifiers.quoted;

import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.scope.ColumnRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What is brought together before rows can be compared.
final class Staging {
  private final RestoreTables tables;
  private final TenantRows rows;
  private final ScopeId id;

  Staging(RestoreTables tables, TenantRows rows, ScopeId id) {
    this.tables = tables;
    this.rows = rows;
    this.id = id;
  }

  /// Makes the table for the rows of the backup.
  List<String> create(StagedTable staged) {
    String name = staged.stage().substring("pg_temp.".length());
    return List.of(
        "CREATE TEMP TABLE "
            + name
            + " ON COMMIT DROP AS SELECT "
            + quoted(staged.columns())
            + " FROM "
            + staged.table().fromSql()
            + " WITH NO DATA",
        "ALTER TABLE "
            + staged.stage()
            + " ADD COLUMN "
            + StagedTable.STATE
            + " \"char\" NOT NULL DEFAULT '"
            + StagedTable.NEW
            + "', ADD COLUMN "
            + StagedTable.WRITE
            + " boolean NOT NULL DEFAULT false, ADD COLUMN "
            + StagedTable.REASON
            + " text, ADD COLUMN "
            + StagedTable.DETAIL
            + " text, ADD COLUMN "
            + StagedTable.LOST
            + " text, ADD COLUMN "
            + StagedTable.OUTSIDE
            + " text, ADD COLUMN "
            + StagedTable.MARK
            + " boolean NOT NULL DEFAULT false"
            + staged.former().entrySet().stream()
                .map(former -> ", ADD COLUMN " + former.getKey() + " " + former.getValue())
                .collect(Collectors.joining()));
  }

  /// What the map says about columns of the backup's rows.
  List<String> columnRules(StagedTable staged) {
    List<String> sql = new ArrayList<>();
    for (String column : staged.columns()) {
      switch (tables.rule(staged.name(), column).onRestore()) {
        case ColumnRule.OnRestore.Backup(), ColumnRule.OnRestore.KeepTarget() -> {}
        case ColumnRule.OnRestore.SetNull() -> sql.add(set(staged, column, "NULL"));
        case ColumnRule.OnRestore.Expression(var expression) ->
            sql.add(set(staged, column, "(" + expression.text() + ")"));
      }
    }
    return sql;
  }

  private static String set(StagedTable staged, String column, String value) {
    return "UPDATE " + staged.stage() + " SET " + Identifiers.quoted(column) + " = " + value;
  }

  /// Lists what the tenant has in the target, and prepares for comparing.
  List<String> collect(StagedTable staged) {
    String scope = staged.scope().substring("pg_temp.".length());
    String extra = staged.extra().substring("pg_temp.".length());
    String key = quoted(staged.key().columns());
    return List.of(
        "CREATE UNIQUE INDEX ON " + staged.stage() + " (" + key + ")",
        "ANALYZE " + staged.stage(),
        "CREATE TEMP TABLE "
            + scope
            + " ON COMMIT DROP AS "
            + rows.of(staged.name(), id).select(staged.key().columns()),
        "CREATE UNIQUE INDEX ON " + staged.scope() + " (" + key + ")",
        "ANALYZE " + staged.scope(),
        "CREATE TEMP TABLE "
            + extra
            + " ON COMMIT DROP AS SELECT k.*, false AS "
            + StagedTable.WRITE
            + ", NULL::pg_catalog.text AS "
            + StagedTable.REASON
            + ", NULL::pg_catalog.text AS "
            + StagedTable.DETAIL
            + " FROM "
            + staged.scope()
            + " k WHERE NOT EXISTS (SELECT FROM "
            + staged.stage()
            + " s WHERE "
            + staged.sameKey("s", "k")
            + ")",
        "CREATE UNIQUE INDEX ON " + staged.extra() + " (" + key + ")",
        "ALTER TABLE "
            + staged.scope()
            + " ADD COLUMN "
            + StagedTable.MARK
            + " boolean NOT NULL DEFAULT false",
        "ANALYZE " + staged.extra());
  }

  /// Gives rows that are there the values that are to be kept, so that everything that follows
  /// looks at what there will be.
  Optional<String> keep(StagedTable staged) {
    if (staged.kept().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "UPDATE "
            + staged.stage()
            + " s SET "
            + staged.keeping()
            + " FROM "
            + staged.table().fromSql()
            + " t WHERE "
            + staged.sameKey("t", "s"));
  }

  /// Says what each row is.
  String compare(StagedTable staged) {
    return "UPDATE "
        + staged.stage()
        + " s SET "
        + StagedTable.STATE
        + " = CASE WHEN NOT EXISTS (SELECT FROM "
        + staged.scope()
        + " k WHERE "
        + staged.sameKey("k", "s")
        + ") THEN '"
        + StagedTable.OTHER
        + "'::\"char\" WHEN "
        + staged.same("t", "s", staged.compared())
        + " THEN '"
        + StagedTable.IDENTICAL
        + "'::\"char\" ELSE '"
        + StagedTable.CHANGED
        + "'::\"char\" END FROM "
        + staged.table().fromSql()
        + " t WHERE "
        + staged.sameKey("t", "s");
  }

  /// Tells the server how many rows are to be written. It takes them for none otherwise, and
  /// compares each row with all of them.
  List<String> analyze(StagedTable staged) {
    return List.of("ANALYZE " + staged.stage(), "ANALYZE " + staged.extra());
  }
}
