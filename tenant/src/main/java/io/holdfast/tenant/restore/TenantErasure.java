package io.holdfast.tenant.restore;

import static io.holdfast.tenant.restore.StagedTable.column;
import static io.holdfast.tenant.restore.StagedTable.pairs;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.copy.CopyRules;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Triggers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Deletes rows of one tenant for good, with all that goes with them: the other half of leaving
/// them out of a restore ([TenantRestore#leaveOut]), by the same rules. It is done whole or not at
/// all. *Confined.*
///
/// As for a restore, everything happens in the transaction of one session, which the caller began
/// (repeatable read, row security off) and ends. [#plan], then [#apply]. The temporary tables are
/// gone after [#end], so another erasure can follow in the same transaction.
public final class TenantErasure {
  private static final int ROUNDS_MAX = 100_000;

  private final DatabaseSession session;
  private final Cancellation cancellation;
  private final Steps steps;
  private final ScopeMap map;
  private final TenantRows rows;
  private final RestoreTables tables;
  private final Following following;
  private final OutsideScope outside;
  private final ScopeId id;
  private final List<Alongside> alongside = new ArrayList<>();
  private final List<ErasedRow> unknown = new ArrayList<>();

  /// @param catalog of the database, as it is in the session's transaction
  /// @param unclassified tables that the map does not speak of: their rows may be another tenant's
  /// @throws BackupException `SCOPE_MAP_UNSUITABLE`
  public TenantErasure(
      DatabaseSession session,
      Cancellation cancellation,
      ScopeMap map,
      Catalog catalog,
      String id,
      Collection<QualifiedName> unclassified) {
    this.session = session;
    this.cancellation = cancellation;
    this.steps = new Steps(session, cancellation);
    this.map = map;
    this.rows = TenantRows.of(map, catalog);
    this.tables = new RestoreTables(map, catalog, rows, everything(map, catalog), CopyRules.none());
    this.id = ScopeId.of(id);
    this.following = new Following(tables, new Membership(tables, this.id));
    this.outside = new OutsideScope(tables, unclassified);
  }

  /// All tables as they are now, as if of a backup that has no rows.
  private static List<BackedUpTable> everything(ScopeMap map, Catalog catalog) {
    List<BackedUpTable> all = new ArrayList<>();
    for (var name : map.owned().keySet()) {
      List<Column> columns =
          catalog.table(name).stream()
              .flatMap(table -> table.columns().stream())
              .filter(column -> !column.isGenerated())
              .toList();
      all.add(
          new BackedUpTable(
              name,
              map.exportName(name),
              columns.stream().map(Column::name).toList(),
              columns.stream().map(Column::type).toList()));
    }
    return all;
  }

  /// Finds out what would be deleted. Where [RestorePlan#blocked] is not 0, nothing of it can be.
  ///
  /// @param erased rows of this tenant; those that are not there are passed over
  /// @throws BackupException `SCHEMA_DIFFERS` if a table lacks the columns of a row's key
  public RestorePlan plan(Collection<ErasedRow> erased) throws IOException {
    Staging staging = new Staging(tables, rows, id);
    for (StagedTable staged : tables.all()) {
      steps.run(staging.create(staged));
      steps.run(staging.collect(staged));
    }
    for (ErasedRow row : erased) {
      if (tables.catalog().table(row.table()).isPresent()) {
        steps.run(seed(row));
      } else {
        unknown.add(row);
      }
    }
    spread();
    for (StagedTable staged : tables.all()) {
      for (ForeignKey key : tables.foreignKeysTo(staged)) {
        if (outside.follows(key)) {
          alongside(staged, key);
        } else {
          steps.run(block(staged, key));
        }
      }
    }
    PlanReading reading = new PlanReading(session);
    List<TablePlan> plans = new ArrayList<>();
    for (StagedTable staged : tables.all()) {
      cancellation.throwIfRequested();
      plans.add(reading.read(staged));
    }
    return RestorePlan.of(List.of(map.name()), plans, new TreeMap<>());
  }

  private String seed(ErasedRow row) {
    StagedTable staged =
        tables
            .find(row.table())
            .orElseThrow(
                () ->
                    RestoreTables.differs(
                        "scope " + map.name() + " owns no table " + row.table(),
                        "Withdraw the erasure, and add it by the table of today."));
    if (!staged.key().columns().containsAll(row.key().keySet())) {
      throw RestoreTables.differs(
          "the key of " + row.table() + " is not " + row.key().keySet() + " any more",
          "Withdraw the erasure, and add it by the key of today.");
    }
    return "UPDATE "
        + staged.extra()
        + " e SET "
        + StagedTable.WRITE
        + " = true WHERE "
        + row.key().entrySet().stream()
            .map(
                entry ->
                    column("e", entry.getKey())
                        + "::pg_catalog.text COLLATE \"C\" = "
                        + SqlText.literal(entry.getValue()))
            .collect(Collectors.joining(" AND "));
  }

  /// Marks what goes with marked rows, until nothing is added. All of it is the tenant's: only such
  /// rows are there to be marked.
  private void spread() throws IOException {
    List<String> statements = new ArrayList<>();
    for (StagedTable child : tables.all()) {
      for (StagedTable parent : tables.all()) {
        for (String condition : following.conditions(child, parent)) {
          statements.add(follow(child, parent, condition));
        }
      }
    }
    boolean again = true;
    for (int round = 0; again; round++) {
      if (round > ROUNDS_MAX) {
        throw new BackupException(
            ErrorCode.CHECK_FAILED,
            "what goes with the erased rows was not found in " + ROUNDS_MAX + " rounds",
            "Nothing was changed. Erase rows further down first.");
      }
      again = false;
      for (String sql : statements) {
        cancellation.throwIfRequested();
        again |= !session.value(sql).equals("0");
      }
    }
  }

  private static String follow(StagedTable child, StagedTable parent, String condition) {
    return "WITH more AS (UPDATE "
        + child.extra()
        + " x SET "
        + StagedTable.WRITE
        + " = true FROM "
        + child.table().fromSql()
        + " c WHERE NOT x."
        + StagedTable.WRITE
        + " AND "
        + child.sameKey("x", "c")
        + " AND EXISTS (SELECT FROM "
        + parent.extra()
        + " e JOIN "
        + parent.table().fromSql()
        + " t ON "
        + parent.sameKey("e", "t")
        + " WHERE e."
        + StagedTable.WRITE
        + " AND "
        + condition
        + ") RETURNING 1) SELECT pg_catalog.count(*) FROM more";
  }

  /// Marks rows that cannot be deleted, because rows point to them that stay: those of other
  /// tenants in any case, those of the tenant unless the database takes their reference away, those
  /// of no tenant if the database refuses it.
  private String block(StagedTable staged, ForeignKey key) {
    Table table = tables.catalog().table(key.table()).orElseThrow();
    Optional<StagedTable> holding = tables.holding(key.table());
    String staying =
        holding
            .map(
                child -> {
                  boolean emptied = key.onDelete().touchesRows();
                  return " AND NOT EXISTS (SELECT FROM "
                      + child.extra()
                      + " x WHERE "
                      + child.sameKey("x", "c")
                      + (emptied ? "" : " AND x." + StagedTable.WRITE)
                      + ")";
                })
            .orElse("");
    Reason reason = key.onDelete().touchesRows() ? Reason.CASCADE : Reason.STILL_REFERENCED;
    return "UPDATE "
        + staged.extra()
        + " e SET "
        + StagedTable.REASON
        + " = "
        + SqlText.literal(reason.word())
        + ", "
        + StagedTable.DETAIL
        + " = "
        + SqlText.literal(key.name())
        + " FROM "
        + staged.table().fromSql()
        + " t WHERE e."
        + StagedTable.WRITE
        + " AND "
        + staged.sameKey("t", "e")
        + " AND EXISTS (SELECT FROM "
        + table.fromSql()
        + " c WHERE "
        + pairs("c", key.columns(), "t", key.targetColumns())
        + staying
        + ")";
  }

  private void alongside(StagedTable staged, ForeignKey key) throws IOException {
    cancellation.throwIfRequested();
    long count = Long.parseLong(session.value(outside.count(staged, key)));
    if (count > 0) {
      alongside.add(new Alongside(key.table(), key.name(), key.onDelete(), count));
    }
  }

  /// Rows out of the scope that the database deletes or changes along with these. After [#plan].
  public List<Alongside> alongside() {
    return List.copyOf(alongside);
  }

  /// Erased rows of tables that the database does not have, at least not by these names. After
  /// [#plan].
  public List<ErasedRow> unknown() {
    return List.copyOf(unknown);
  }

  /// How many files of each group rows name that are to be deleted, and no other: nobody deletes
  /// these. After [#plan].
  public SortedMap<String, Long> files() throws IOException {
    return new ErasedAssets(session, tables).files();
  }

  /// Does it, and checks that it was what the plan says: large objects that only these rows have,
  /// then the rows.
  ///
  /// @return how many large objects went
  /// @throws BackupException `RESTORE_BLOCKED` if rows are in the way; `CHECK_FAILED`
  public long apply(RestorePlan plan) throws IOException {
    if (plan.blocked() > 0) {
      throw new BackupException(
          ErrorCode.RESTORE_BLOCKED,
          plan.blocked() + " rows to be erased are needed by rows that stay",
          "Nothing was changed. Change or delete what points to them first.");
    }
    long objects = new ErasedAssets(session, tables).unlink();
    new Application(session, tables, rows, id, Triggers.FIRE).run(plan);
    return objects;
  }

  /// Takes the temporary tables away.
  public void end() throws IOException {
    for (StagedTable staged : tables.all()) {
      steps.run(
          List.of(
              "DROP TABLE " + staged.stage() + ", " + staged.scope() + ", " + staged.extra(),
              "DROP TABLE IF EXISTS " + staged.owned()));
    }
  }
}
