package io.holdfast.tenant.restore;

import static io.holdfast.tenant.restore.StagedTable.column;
import static io.holdfast.tenant.restore.StagedTable.pairs;

import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.Key;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.closure.Link;
import io.holdfast.tenant.closure.Links;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.Via;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Statements that take rows out of a plan. Each begins from what is still in it, so they are
/// repeated until none finds anything: a row that falls out takes along those that need it.
final class BlockRules {
  private final RestoreTables tables;
  private final Links links;
  private final ScopeId id;

  BlockRules(RestoreTables tables, ScopeId id) {
    this.tables = tables;
    this.links = new Links(tables.map(), tables.catalog());
    this.id = id;
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
        rows(staged, Reason.NOT_OF_TENANT, "NULL", "NOT coalesce(" + member(staged) + ", false)"));
    staged.table().foreignKeys().stream()
        .filter(key -> staged.columns().containsAll(key.columns()))
        .forEach(key -> rules.add(parentMissing(staged, key)));
    staged.table().keys().stream()
        .filter(key -> !key.equals(staged.key()) && staged.columns().containsAll(key.columns()))
        .forEach(key -> rules.add(uniqueTaken(staged, key)));
    for (ForeignKey key : tables.foreignKeysTo(staged)) {
      rules.add(stillReferenced(staged, key));
      if (staged.columns().containsAll(key.targetColumns())
          && !staged.key().columns().containsAll(key.targetColumns())) {
        rules.add(keyInUse(staged, key));
      }
    }
    return rules;
  }

  private static String rows(StagedTable staged, Reason reason, String detail, String condition) {
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

  /// Whether a row of the backup would belong to the tenant, as the map says it.
  private String member(StagedTable staged) {
    Owned owned = tables.map().owned(staged.name()).orElseThrow();
    List<String> ways = new ArrayList<>();
    switch (owned.via()) {
      case Via.OfRoot() -> ways.add(column("s", tables.map().root().key()) + " = " + id.sql());
      case Via.OfColumn(String column) -> ways.add(column("s", column) + " = " + id.sql());
      case Via.OfForeignKey _, Via.OfPolymorphic _ -> {}
    }
    for (Link link : links.of(staged.name())) {
      ways.add(member(staged, link));
    }
    String way = "(" + String.join(" OR ", ways) + ")";
    return owned
        .where()
        .map(where -> way + " AND EXISTS (SELECT FROM (SELECT s.*) q WHERE (" + where.text() + "))")
        .orElse(way);
  }

  private String member(StagedTable staged, Link link) {
    StagedTable target = tables.find(link.target()).orElseThrow();
    return "(EXISTS (SELECT FROM "
        + target.table().fromSql()
        + " p JOIN "
        + target.scope()
        + " k ON "
        + target.sameKey("k", "p")
        + " WHERE "
        + joined(staged, link, "p")
        + " AND "
        + target.remaining("p")
        + ") OR EXISTS (SELECT FROM "
        + target.stage()
        + " w WHERE w."
        + StagedTable.WRITE
        + " AND "
        + joined(staged, link, "w")
        + "))";
  }

  private String joined(StagedTable staged, Link link, String target) {
    return switch (link) {
      case Link.ByKey(ForeignKey key, var _) ->
          pairs(target, key.targetColumns(), "s", key.columns());
      case Link.ByValue way -> byValue(staged, way, target);
    };
  }

  private String byValue(StagedTable staged, Link.ByValue way, String target) {
    Column own = staged.columnOf(way.idColumn());
    Column key = singleKey(way);
    String cast = key.type().equals(own.type()) ? "" : "::" + own.type();
    return column("s", way.typeColumn())
        + " = "
        + SqlText.literal(way.value())
        + " AND "
        + column(target, key.name())
        + cast
        + " = "
        + column("s", way.idColumn());
  }

  private Column singleKey(Link.ByValue way) {
    Table table = tables.catalog().table(way.target()).orElseThrow();
    return table.primaryKey().flatMap(key -> table.column(key.columns().getFirst())).orElseThrow();
  }

  private String parentMissing(StagedTable staged, ForeignKey key) {
    Table parent = tables.catalog().table(key.target()).orElseThrow();
    Optional<StagedTable> holding = tables.holding(key.target());
    String there =
        "EXISTS (SELECT FROM "
            + parent.fromSql()
            + " p WHERE "
            + pairs("p", key.targetColumns(), "s", key.columns())
            + holding.map(target -> " AND " + target.remaining("p")).orElse("")
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
        present("s", key.columns()) + " AND NOT " + there + restored);
  }

  private static String present(String alias, List<String> columns) {
    return columns.stream()
        .map(name -> column(alias, name) + " IS NOT NULL")
        .collect(Collectors.joining(" AND "));
  }

  /// Rows are updated before others are inserted, so a new row may have what a row gives up. Among
  /// rows that are updated the order is open, unless the key is looked at later.
  private String uniqueTaken(StagedTable staged, Key key) {
    String leaving =
        " AND NOT EXISTS (SELECT FROM "
            + staged.stage()
            + " y WHERE y."
            + StagedTable.WRITE
            + " AND "
            + staged.sameKey("y", "u")
            + (key.timing() == Key.Timing.DEFERRABLE
                ? ""
                : " AND s." + StagedTable.STATE + " = '" + StagedTable.NEW + "'")
            + ")";
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
            + ") AND NOT EXISTS (SELECT FROM "
            + staged.extra()
            + " x WHERE x."
            + StagedTable.WRITE
            + " AND "
            + staged.sameKey("x", "u")
            + ")"
            + leaving
            + ")");
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
            + ") AND "
            + referrers(key, "t")
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
