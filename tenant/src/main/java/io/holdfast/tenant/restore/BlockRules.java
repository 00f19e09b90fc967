package io.holdfast.tenant.restore;

import static io.holdfast.tenant.restore.StagedTable.column;
import static io.holdfast.tenant.restore.StagedTable.pairs;

import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.ForeignKey.Action;
import io.holdfast.tenant.catalog.Key;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.scope.Triggers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Statements that take rows out of a plan. Each begins from what is still in it, so they are
/// repeated until none finds anything: a row that falls out takes along those that need it.
final class BlockRules {
  private final RestoreTables tables;
  private final Membership membership;
  private final Targets targets;

  /// To which rows of owned tables a row may point.
  enum Targets {
    /// To those that it pointed to in the backup, whosever they are.
    AS_BACKED_UP,
    /// Only to the tenant's: what a copy points to is a copy.
    OF_TENANT
  }

  BlockRules(RestoreTables tables, Membership membership, Targets targets) {
    this.targets = targets;
    this.tables = tables;
    this.membership = membership;
  }

  /// All rules for the rows of one table. Each statement has one value: how many rows it took out.
  List<String> of(StagedTable staged) {
    List<String> rules = new ArrayList<>();
    rules.add(
        rows(
            staged,
            Reason.REFERENCE_MISSING,
            "s." + StagedTable.LOST,
            "s." + StagedTable.LOST + " IS NOT NULL"));
    rules.add(
        rows(
            staged,
            Reason.OUTSIDE,
            "s." + StagedTable.OUTSIDE,
            "s." + StagedTable.OUTSIDE + " IS NOT NULL"));
    rules.add(
        rows(
            staged,
            Reason.NOT_OF_TENANT,
            "NULL",
            "NOT coalesce(" + membership.of(staged) + ", false)"));
    staged.table().foreignKeys().stream()
        .filter(key -> staged.columns().containsAll(key.columns()))
        .forEach(key -> rules.add(parentMissing(staged, key)));
    staged.table().keys().stream()
        .filter(key -> !key.equals(staged.key()) && staged.columns().containsAll(key.columns()))
        .forEach(key -> rules.add(uniqueTaken(staged, key)));
    for (StagedTable child : tables.all()) {
      membership
          .dependants(child, staged)
          .forEach(rows -> rules.add(wouldOrphan(staged, child, rows)));
    }
    for (ForeignKey key : tables.foreignKeysTo(staged)) {
      rules.add(stillReferenced(staged, key));
      if (staged.columns().containsAll(key.targetColumns())
          && !staged.key().columns().containsAll(key.targetColumns())) {
        rules.add(keyInUse(staged, key));
      }
    }
    return rules;
  }

  static String rows(StagedTable staged, Reason reason, String detail, String condition) {
    return "WITH out AS (UPDATE "
        + staged.stage()
        + " s SET "
        + taken(reason, detail)
        + " WHERE s."
        + StagedTable.WRITE
        + " AND "
        + condition
        + " RETURNING 1) SELECT pg_catalog.count(*) FROM out";
  }

  private static String taken(Reason reason, String detail) {
    return StagedTable.WRITE
        + " = false, "
        + StagedTable.REASON
        + " = "
        + SqlText.literal(reason.word())
        + ", "
        + StagedTable.DETAIL
        + " = "
        + detail;
  }

  private String parentMissing(StagedTable staged, ForeignKey key) {
    Table parent = tables.catalog().table(key.target()).orElseThrow();
    Optional<StagedTable> holding = tables.holding(key.target());
    String there =
        "EXISTS (SELECT FROM "
            + parent.fromSql()
            + " p WHERE "
            + pairs("p", key.targetColumns(), "s", key.columns())
            + holding.map(target -> " AND " + target.remaining("p") + ownOnly(target)).orElse("")
            + ")";
    String restored =
        holding
            .filter(target -> target.columns().containsAll(key.targetColumns()))
            .map(
                target ->
                    " AND NOT EXISTS (SELECT FROM "
                        + target.stage()
                        + " w WHERE w."
                        + StagedTable.WRITE
                        + " AND "
                        + pairs("w", key.targetColumns(), "s", key.columns())
                        + ")")
            .orElse("");
    return rows(
        staged,
        Reason.PARENT_MISSING,
        SqlText.literal(key.name()),
        present("s", key.columns())
            + " AND (NOT "
            + there
            + restored
            + strayed(parent, key, holding)
            + ")");
  }

  private String ownOnly(StagedTable target) {
    return switch (targets) {
      case AS_BACKED_UP -> "";
      case OF_TENANT ->
          " AND EXISTS (SELECT FROM "
              + target.scope()
              + " k WHERE "
              + target.sameKey("k", "p")
              + ")";
    };
  }

  /// Whether the row pointed to one of the backup that is somebody else's by now, or that will not
  /// have these values: who has them then is another one.
  ///
  /// Held against the row itself in the first condition only, so that the server can hash it.
  private static String strayed(Table parent, ForeignKey key, Optional<StagedTable> holding) {
    return holding
        .filter(target -> target.columns().containsAll(key.targetColumns()))
        .map(
            target ->
                " OR EXISTS (SELECT FROM "
                    + target.stage()
                    + " o WHERE "
                    + backedUp(target, key, "s", key.columns())
                    + " AND (o."
                    + StagedTable.STATE
                    + " = '"
                    + StagedTable.OTHER
                    + "' OR (o."
                    + StagedTable.WRITE
                    + " AND NOT ("
                    + backedUp(target, key, "o", key.targetColumns())
                    + ")) OR (NOT o."
                    + StagedTable.WRITE
                    + " AND NOT EXISTS (SELECT FROM "
                    + parent.fromSql()
                    + " p WHERE "
                    + target.sameKey("p", "o")
                    + " AND "
                    + backedUp(target, key, "p", key.targetColumns())
                    + "))))")
        .orElse("");
  }

  /// Whether what a row of the backup had is what another row has.
  private static String backedUp(
      StagedTable target, ForeignKey key, String alias, List<String> columns) {
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      sql.append(i == 0 ? "" : " AND ")
          .append(target.backedUp("o", key.targetColumns().get(i)))
          .append(" = ")
          .append(column(alias, columns.get(i)));
    }
    return sql.toString();
  }

  static String present(String alias, List<String> columns) {
    return columns.stream()
        .map(name -> column(alias, name) + " IS NOT NULL")
        .collect(Collectors.joining(" AND "));
  }

  /// Rows are updated before others are inserted, so a new row may have what a row gives up. Among
  /// rows that are updated the order is open, unless the key is looked at later.
  ///
  /// Where foreign keys act when a value goes, they act in the end, on the rows that point to the
  /// value then: to its new row. So such a value cannot be taken over.
  private String uniqueTaken(StagedTable staged, Key key) {
    String updated =
        key.timing() == Key.Timing.DEFERRABLE
            ? ""
            : " AND s." + StagedTable.STATE + " = '" + StagedTable.NEW + "'";
    String leaving =
        acts(staged, key, ForeignKey::onUpdate) ? "" : gone(staged, staged.stage(), updated);
    String deleted =
        acts(staged, key, ForeignKey::onDelete) ? "" : gone(staged, staged.extra(), "");
    return rows(
        staged,
        Reason.UNIQUE_TAKEN,
        SqlText.literal(key.name()),
        "EXISTS (SELECT FROM "
            + staged.table().fromSql()
            + " u WHERE "
            + pairs("u", key.columns(), "s", key.columns())
            + " AND NOT ("
            + staged.sameKey("u", "s")
            + ")"
            + deleted
            + leaving
            + ")");
  }

  /// Rows that belong to the tenant by a row that no foreign key holds.
  private static String wouldOrphan(StagedTable staged, StagedTable child, String condition) {
    return "WITH out AS (UPDATE "
        + staged.extra()
        + " e SET "
        + taken(Reason.STILL_REFERENCED, SqlText.literal(child.name().text()))
        + " FROM "
        + staged.table().fromSql()
        + " t WHERE e."
        + StagedTable.WRITE
        + " AND "
        + staged.sameKey("t", "e")
        + " AND EXISTS (SELECT FROM "
        + child.table().fromSql()
        + " c WHERE "
        + condition
        + " AND "
        + child.remaining("c")
        + ") RETURNING 1) SELECT pg_catalog.count(*) FROM out";
  }

  private static String gone(StagedTable staged, String among, String further) {
    return " AND NOT EXISTS (SELECT FROM "
        + among
        + " x WHERE x."
        + StagedTable.WRITE
        + " AND "
        + staged.sameKey("x", "u")
        + further
        + ")";
  }

  private boolean acts(StagedTable staged, Key key, Function<ForeignKey, Action> when) {
    return tables.foreignKeysTo(staged).stream()
        .anyMatch(
            foreign ->
                when.apply(foreign) != Action.NO_ACTION
                    && foreign.targetColumns().size() == key.columns().size()
                    && foreign.targetColumns().containsAll(key.columns()));
  }

  private String stillReferenced(StagedTable staged, ForeignKey key) {
    Reason reason = key.onDelete().touchesRows() ? Reason.CASCADE : Reason.STILL_REFERENCED;
    return "WITH out AS (UPDATE "
        + staged.extra()
        + " e SET "
        + taken(reason, SqlText.literal(key.name()))
        + " FROM "
        + staged.table().fromSql()
        + " t WHERE e."
        + StagedTable.WRITE
        + " AND "
        + staged.sameKey("t", "e")
        + " AND "
        + referrers(key, "t")
        + " RETURNING 1) SELECT pg_catalog.count(*) FROM out";
  }

  /// Where triggers rest, nobody would notice a row that begins to point to the value meanwhile.
  private String keyInUse(StagedTable staged, ForeignKey key) {
    String changes =
        key.targetColumns().stream()
            .map(name -> column("t", name) + " IS DISTINCT FROM " + column("s", name))
            .collect(Collectors.joining(" OR "));
    return rows(
        staged,
        Reason.KEY_IN_USE,
        SqlText.literal(key.name()),
        "s."
            + StagedTable.STATE
            + " = '"
            + StagedTable.CHANGED
            + "' AND EXISTS (SELECT FROM "
            + staged.table().fromSql()
            + " t WHERE "
            + staged.sameKey("t", "s")
            + " AND ("
            + changes
            + ")"
            + (tables.map().triggers() == Triggers.REPLICA ? "" : " AND " + referrers(key, "t"))
            + ")");
  }

  /// Whether rows point to this one that are neither deleted nor overwritten.
  private String referrers(ForeignKey key, String target) {
    Table table = tables.catalog().table(key.table()).orElseThrow();
    return "EXISTS (SELECT FROM "
        + table.fromSql()
        + " c WHERE "
        + pairs("c", key.columns(), target, key.targetColumns())
        + tables.holding(key.table()).map(staged -> " AND " + staged.remaining("c")).orElse("")
        + ")";
  }
}
