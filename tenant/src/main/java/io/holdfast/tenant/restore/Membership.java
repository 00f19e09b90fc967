package io.holdfast.tenant.restore;

import static io.holdfast.tenant.restore.StagedTable.column;
import static io.holdfast.tenant.restore.StagedTable.pairs;

import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.closure.Link;
import io.holdfast.tenant.closure.Links;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.graph.Components;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.Via;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;

/// Whether rows would be the tenant's when a plan was done.
///
/// It is not enough that each row has an owner: where tables own each other, rows can be left that
/// only own one another, and nothing leads from them to the root. So what the root owns is marked,
/// then what that owns, until nothing is added.
final class Membership {
  private final RestoreTables tables;
  private final Links links;
  private final ScopeId id;

  Membership(RestoreTables tables, ScopeId id) {
    this.tables = tables;
    this.links = new Links(tables.map(), tables.catalog());
    this.id = id;
  }

  /// Whether a row of the backup would have an owner, as the map says it.
  String of(StagedTable staged) {
    String way = ways(staged, "s", "", "");
    return tables
        .map()
        .owned(staged.name())
        .flatMap(Owned::where)
        .map(where -> way + " AND EXISTS (SELECT FROM (SELECT s.*) q WHERE (" + where.text() + "))")
        .orElse(way);
  }

  /// Whether rows can own one another, or lose their owner to a restore.
  boolean needsMarks() {
    Map<QualifiedName, NavigableSet<QualifiedName>> ownership = links.ownership();
    return Components.of(links.ownership()).stream().anyMatch(circle -> circle.size() > 1)
        || ownership.entrySet().stream().anyMatch(edge -> edge.getValue().contains(edge.getKey()))
        || tables.map().owned().values().stream()
            .anyMatch(owned -> owned.via() instanceof Via.OfPolymorphic);
  }

  /// Takes the marks away.
  List<String> clear(StagedTable staged) {
    String set = " SET " + StagedTable.MARK + " = false WHERE " + StagedTable.MARK;
    return List.of("UPDATE " + staged.stage() + set, "UPDATE " + staged.scope() + set);
  }

  /// Marks rows that the root or a marked one owns. Each statement has one value: how many it
  /// marked.
  List<String> mark(StagedTable staged) {
    String set = " SET " + StagedTable.MARK + " = true";
    String count = " RETURNING 1) SELECT pg_catalog.count(*) FROM more";
    return List.of(
        "WITH more AS (UPDATE "
            + staged.stage()
            + " s"
            + set
            + " WHERE s."
            + StagedTable.WRITE
            + " AND NOT s."
            + StagedTable.MARK
            + " AND "
            + marked(staged, "s")
            + count,
        "WITH more AS (UPDATE "
            + staged.scope()
            + " k"
            + set
            + " FROM "
            + staged.table().fromSql()
            + " t WHERE NOT k."
            + StagedTable.MARK
            + " AND "
            + staged.sameKey("k", "t")
            + " AND "
            + staged.remaining("t")
            + " AND "
            + marked(staged, "t")
            + count);
  }

  /// Takes rows out that have no mark. Each statement has one value: how many rows it took out.
  ///
  /// @param state those that are new, or those that change; what others own can depend on the
  ///   latter staying as they are
  String unmarked(StagedTable staged, char state) {
    return BlockRules.rows(
        staged,
        Reason.NOT_OF_TENANT,
        "NULL",
        "s." + StagedTable.STATE + " = '" + state + "' AND NOT s." + StagedTable.MARK);
  }

  private String marked(StagedTable staged, String alias) {
    return ways(staged, alias, " AND o." + StagedTable.MARK, " AND w." + StagedTable.MARK);
  }

  /// @param kept what else has to hold for an owner that stays, `o`
  /// @param written what else has to hold for an owner that is written, `w`
  private String ways(StagedTable staged, String alias, String kept, String written) {
    List<String> ways = new ArrayList<>();
    switch (tables.map().owned(staged.name()).orElseThrow().via()) {
      case Via.OfRoot() -> ways.add(column(alias, tables.map().root().key()) + " = " + id.sql());
      case Via.OfColumn(String column) -> ways.add(column(alias, column) + " = " + id.sql());
      case Via.OfForeignKey _, Via.OfPolymorphic _ -> {}
    }
    for (Link link : links.of(staged.name())) {
      StagedTable target = tables.find(link.target()).orElseThrow();
      ways.add(
          "(EXISTS (SELECT FROM "
              + target.table().fromSql()
              + " p JOIN "
              + target.scope()
              + " o ON "
              + target.sameKey("o", "p")
              + " WHERE "
              + joined(staged, alias, link, "p")
              + " AND "
              + target.remaining("p")
              + kept
              + ") OR EXISTS (SELECT FROM "
              + target.stage()
              + " w WHERE w."
              + StagedTable.WRITE
              + " AND "
              + joined(staged, alias, link, "w")
              + written
              + "))");
    }
    return "(" + String.join(" OR ", ways) + ")";
  }

  /// Conditions under which a row `c` of a table belongs to the tenant by a row `t` of another one
  /// without a foreign key.
  List<String> dependants(StagedTable child, StagedTable owner) {
    List<String> conditions = new ArrayList<>();
    for (Link link : links.of(child.name())) {
      if (link instanceof Link.ByValue way && way.target().equals(owner.name())) {
        conditions.add(byValue(child, "c", way, "t"));
      }
    }
    if (owner.name().equals(tables.map().root().table())
        && tables.map().owned(child.name()).orElseThrow().via()
            instanceof Via.OfColumn(String tenant)) {
      conditions.add(column("c", tenant) + " = " + id.sql());
    }
    return conditions;
  }

  private String joined(StagedTable staged, String alias, Link link, String target) {
    return switch (link) {
      case Link.ByKey(ForeignKey key, var _) ->
          pairs(target, key.targetColumns(), alias, key.columns());
      case Link.ByValue way -> byValue(staged, alias, way, target);
    };
  }

  private String byValue(StagedTable staged, String alias, Link.ByValue way, String target) {
    Column own = staged.columnOf(way.idColumn());
    Column key = singleKey(way);
    String cast = key.type().equals(own.type()) ? "" : "::" + own.type();
    return column(alias, way.typeColumn())
        + " = "
        + SqlText.literal(way.value())
        + " AND "
        + column(target, key.name())
        + cast
        + " = "
        + column(alias, way.idColumn());
  }

  private Column singleKey(Link.ByValue way) {
    Table table = tables.catalog().table(way.target()).orElseThrow();
    return table.primaryKey().flatMap(key -> table.column(key.columns().getFirst())).orElseThrow();
  }
}
