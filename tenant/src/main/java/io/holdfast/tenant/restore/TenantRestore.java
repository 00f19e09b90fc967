package io.holdfast.tenant.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.restore.RestorePolicy.Existing;
import io.holdfast.tenant.restore.RestorePolicy.Extra;
import io.holdfast.tenant.scope.SchemaText;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Brings the rows of one tenant's backup into a database: first a plan, from which nothing in the
/// database changes, then the same plan done. *Confined.*
///
/// All of it happens in the transaction of one session, which the caller began (repeatable read,
/// row security off) and ends. What is found out stands in temporary tables of that transaction.
/// The steps, in this order: [#begin], rows into each of [#loads], [#plan], [#apply].
public final class TenantRestore {
  private static final int ROUNDS_MAX = 100_000;

  private final DatabaseSession session;
  private final Cancellation cancellation;
  private final ScopeMap map;
  private final TenantRows rows;
  private final RestoreTables tables;
  private final ScopeId id;
  private final String idText;
  private final List<BackedUpReference> backedUpReferences;
  private final References references;
  private final Goal goal;

  /// What is to be done with the rows.
  public sealed interface Goal {
    /// To be brought back, as far as the policy says.
    record Restore(RestorePolicy policy) implements Goal {}

    /// A restore is to be undone: its safety backup says what it touched.
    record Undo() implements Goal {}
  }

  /// Which database the rows came from.
  public enum Source {
    THIS_DATABASE,
    ANOTHER_DATABASE
  }

  /// Rows that the caller brings, by a `COPY` of this text.
  ///
  /// @param name the export name of an owned table, or the name of a referenced one
  public record Load(String copy, Kind kind, String name) {
    /// What comes with it.
    public enum Kind {
      ROWS,
      REFERENCES,
      UNDO
    }
  }

  /// @param catalog of the target, as it is in the session's transaction
  /// @throws BackupException `SCHEMA_DIFFERS`, `SCOPE_MAP_UNSUITABLE`
  public TenantRestore(
      DatabaseSession session,
      Cancellation cancellation,
      ScopeMap map,
      Catalog catalog,
      String id,
      Goal goal,
      List<BackedUpTable> backup,
      List<BackedUpReference> references) {
    this.session = session;
    this.cancellation = cancellation;
    this.map = map;
    this.rows = TenantRows.of(map, catalog);
    this.tables = new RestoreTables(map, catalog, rows, backup);
    this.id = ScopeId.of(id);
    this.idText = id;
    this.backedUpReferences = List.copyOf(references);
    this.references = new References(tables, backedUpReferences);
    this.goal = goal;
  }

  /// What differs between backup and database and does no harm.
  public List<String> remarks() {
    return tables.remarks();
  }

  /// Makes the temporary tables.
  public void begin() throws IOException {
    Staging staging = new Staging(tables, rows, id);
    for (StagedTable staged : tables.all()) {
      run(staging.create(staged));
      switch (goal) {
        case Goal.Restore _ -> {}
        case Goal.Undo() -> run(List.of(Undoing.create(staged)));
      }
    }
    for (int i = 0; i < backedUpReferences.size(); i++) {
      run(List.of(references.create(i)));
    }
  }

  /// What is to be loaded; the order does not matter.
  public List<Load> loads() {
    List<Load> loads = new ArrayList<>();
    for (StagedTable staged : tables.all()) {
      loads.add(new Load(staged.copyIn(), Load.Kind.ROWS, staged.exportName()));
      switch (goal) {
        case Goal.Restore _ -> {}
        case Goal.Undo() ->
            loads.add(new Load(Undoing.copyIn(staged), Load.Kind.UNDO, staged.exportName()));
      }
    }
    for (int i = 0; i < backedUpReferences.size(); i++) {
      loads.add(
          new Load(
              references.copyIn(i), Load.Kind.REFERENCES, backedUpReferences.get(i).name().text()));
    }
    return loads;
  }

  /// Finds out what would be done.
  ///
  /// @param subject what else the digest is about, such as the backup
  public RestorePlan plan(Source source, List<String> subject) throws IOException {
    Staging staging = new Staging(tables, rows, id);
    resolve(source);
    for (StagedTable staged : tables.all()) {
      run(staging.columnRules(staged));
      run(staging.collect(staged));
      run(List.of(staging.compare(staged)));
      run(intend(staged));
    }
    settle();
    PlanReading reading = new PlanReading(session);
    List<TablePlan> plans = new ArrayList<>();
    for (StagedTable staged : tables.all()) {
      cancellation.throwIfRequested();
      plans.add(reading.read(staged));
    }
    List<String> all = new ArrayList<>(subject);
    all.add(map.name());
    all.add(idText);
    all.add(SchemaText.of(tables.catalog(), map).fingerprint());
    switch (goal) {
      case Goal.Restore(RestorePolicy policy) -> all.add(policy.text());
      case Goal.Undo() -> all.add("undo");
    }
    return RestorePlan.of(all, plans);
  }

  private void resolve(Source source) throws IOException {
    References.Origin origin =
        switch (source) {
          case THIS_DATABASE -> References.Origin.SAME_DATABASE;
          case ANOTHER_DATABASE -> References.Origin.OTHER_DATABASE;
        };
    for (int i = 0; i < backedUpReferences.size(); i++) {
      run(references.find(i, origin));
    }
    for (StagedTable staged : tables.all()) {
      Optional<String> rewrite = references.rewrite(staged);
      if (rewrite.isPresent()) {
        run(List.of(rewrite.get()));
      }
    }
  }

  /// What the policy wants, before anything speaks against it.
  private List<String> intend(StagedTable staged) {
    List<String> sql = new ArrayList<>();
    switch (goal) {
      case Goal.Restore(RestorePolicy policy) -> {
        if (!policy.skipped().contains(staged.name())) {
          sql.addAll(intend(staged, policy.existing(), policy.extra()));
        }
      }
      case Goal.Undo() -> {
        sql.addAll(intend(staged, Existing.OVERWRITTEN, Extra.DELETED));
        sql.addAll(Undoing.restrict(staged));
      }
    }
    return sql;
  }

  private static List<String> intend(StagedTable staged, Existing existing, Extra extra) {
    List<String> sql = new ArrayList<>();
    sql.add(
        "UPDATE "
            + staged.stage()
            + " SET "
            + StagedTable.REASON
            + " = "
            + SqlText.literal(Reason.OTHER_OWNER.word())
            + " WHERE "
            + StagedTable.STATE
            + " = '"
            + StagedTable.OTHER
            + "'");
    String states =
        switch (existing) {
          case KEPT -> "('" + StagedTable.NEW + "')";
          case OVERWRITTEN -> "('" + StagedTable.NEW + "', '" + StagedTable.CHANGED + "')";
        };
    sql.add(
        "UPDATE "
            + staged.stage()
            + " SET "
            + StagedTable.WRITE
            + " = true WHERE "
            + StagedTable.STATE
            + " IN "
            + states);
    switch (extra) {
      case KEPT -> {}
      case DELETED -> sql.add("UPDATE " + staged.extra() + " SET " + StagedTable.WRITE + " = true");
    }
    return sql;
  }

  /// Takes out what cannot be done, until nothing more falls out.
  private void settle() throws IOException {
    BlockRules rules = new BlockRules(tables, id);
    List<String> all = new ArrayList<>();
    for (StagedTable staged : tables.all()) {
      all.addAll(rules.of(staged));
    }
    boolean again = true;
    for (int round = 0; again; round++) {
      if (round == ROUNDS_MAX) {
        throw new BackupException(
            ErrorCode.CHECK_FAILED,
            "the plan did not come to rest in " + ROUNDS_MAX + " rounds",
            "Nothing was changed. Restore fewer tables at once, with --skip.");
      }
      again = false;
      for (String rule : all) {
        cancellation.throwIfRequested();
        again |= !session.value(rule).equals("0");
      }
    }
  }

  /// Does what the plan says, and checks it. The caller commits, or rolls back: nothing is to be
  /// left of a transaction in which this failed.
  ///
  /// @return remarks
  /// @throws BackupException `CHECK_FAILED`
  public List<String> apply(RestorePlan plan) throws IOException {
    return new Application(session, tables, rows, id).run(plan);
  }

  /// Lifts sequences behind the restored rows; before the transaction ends.
  public void liftSequences(RestorePlan plan) throws IOException {
    run(new Application(session, tables, rows, id).sequences(plan));
  }

  /// A query for what was done to the rows of a table; to be asked after [#apply], and to be given
  /// back by a load of kind [Load.Kind#UNDO] to undo it.
  public String done(String exportName) {
    return tables.all().stream()
        .filter(staged -> staged.exportName().equals(exportName))
        .map(Undoing::done)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no table is called " + exportName));
  }

  private void run(List<String> statements) throws IOException {
    for (String sql : statements) {
      cancellation.throwIfRequested();
      session.query(sql);
    }
  }
}
