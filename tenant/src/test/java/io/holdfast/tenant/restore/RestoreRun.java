package io.holdfast.tenant.restore;

import io.holdfast.base.Cancellation;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.restore.TenantRestore.Load;
import io.holdfast.tenant.restore.TenantRestore.Source;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A restore of rows that are in memory, in a transaction that ends with it.
final class RestoreRun implements AutoCloseable {
  private final DatabaseSession session;
  private final Catalog catalog;
  private final StoredTenant stored;
  private final Goal goal;
  private final TenantRestore restore;
  private RestorePlan plan = new RestorePlan(List.of(), new TreeMap<>(), "");

  private RestoreRun(
      DatabaseSession session,
      Catalog catalog,
      StoredTenant stored,
      Goal goal,
      TenantRestore restore) {
    this.goal = goal;
    this.session = session;
    this.catalog = catalog;
    this.stored = stored;
    this.restore = restore;
  }

  static RestoreRun open(ConnectionUrl url, StoredTenant stored, Goal goal) throws IOException {
    return open(url, stored, goal, Source.THIS_DATABASE);
  }

  static RestoreRun open(ConnectionUrl url, StoredTenant stored, Goal goal, Source source)
      throws IOException {
    return open(url, stored, goal, source, List.of());
  }

  static RestoreRun open(
      ConnectionUrl url, StoredTenant stored, Goal goal, Source source, List<ErasedRow> erased)
      throws IOException {
    Cancellation never = new Cancellation();
    DatabaseSession session = DatabaseSession.open(url, "test", StoredTenant.SETTINGS, never);
    session.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    Catalog catalog = TestDatabases.catalog(url);
    TenantRestore restore =
        new TenantRestore(
            session,
            never,
            stored.map(),
            catalog,
            id(stored, goal),
            goal,
            stored.tables(),
            stored.references());
    RestoreRun run = new RestoreRun(session, catalog, stored, goal, restore);
    restore.begin();
    for (Load load : restore.loads()) {
      byte[] bytes =
          switch (load.kind()) {
            case ROWS, REFERENCES -> stored.rows().getOrDefault(load.name(), new byte[0]);
            case UNDO, VALUES -> stored.undo().getOrDefault(load.name(), new byte[0]);
          };
      session.beginCopy(load.copy());
      session.send(bytes, 0, bytes.length);
      session.endCopy();
    }
    restore.leaveOut(erased);
    run.plan = restore.plan(source, List.of("test"));
    return run;
  }

  private static String id(StoredTenant stored, Goal goal) {
    return goal instanceof Goal.Copy copy ? copy.to() : stored.id();
  }

  RestorePlan plan() {
    return plan;
  }

  List<RowSample> samples(int rowsMax) throws IOException {
    return restore.samples(plan, rowsMax);
  }

  List<String> remarks() {
    return restore.remarks();
  }

  TablePlan plan(String table) {
    return plan.tables().stream()
        .filter(of -> of.table().name().equals(table))
        .findFirst()
        .orElseThrow();
  }

  /// Does it.
  ///
  /// @return what undoes it
  StoredTenant apply() throws IOException {
    StoredTenant before = StoredTenant.read(session, catalog, stored.map(), id(stored, goal));
    restore.apply(plan);
    Map<String, byte[]> undo = new HashMap<>();
    for (TablePlan table : plan.tables()) {
      undo.put(table.exportName(), StoredTenant.copy(session, restore.done(table.exportName())));
    }
    for (Map.Entry<String, String> made : restore.values().entrySet()) {
      undo.put(made.getKey(), StoredTenant.copy(session, made.getValue()));
    }
    restore.liftSequences(plan);
    session.query("COMMIT");
    return before.withUndo(undo);
  }

  /// Ends it without doing anything.
  void rollBack() throws IOException {
    session.query("ROLLBACK");
  }

  @Override
  public void close() throws IOException {
    session.close();
  }
}
