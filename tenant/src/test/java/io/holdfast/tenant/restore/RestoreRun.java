package io.holdfast.tenant.restore;

import io.holdfast.base.Cancellation;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.restore.StoredTenant.Earlier;
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
      switch (load.kind()) {
        case ROWS, REFERENCES -> run.load(load, stored.rows());
        case UNDO -> run.load(load, stored.undo());
        case VALUES, SINCE -> {}
      }
    }
    for (Earlier earlier : stored.earlier()) {
      for (Load load : restore.loads()) {
        if (isOf(load, earlier)) {
          run.load(load, earlier.said());
        }
      }
    }
    restore.leaveOut(erased);
    run.plan = restore.plan(source, List.of("test"));
    return run;
  }

  private static boolean isOf(Load load, Earlier earlier) {
    return switch (load.kind()) {
      case ROWS, REFERENCES -> false;
      case UNDO, VALUES -> earlier.part() == Earlier.Part.RUN_OF_THE_COPY;
      case SINCE -> earlier.part() == Earlier.Part.OTHER;
    };
  }

  private void load(Load load, Map<String, byte[]> from) throws IOException {
    for (String name : load.names()) {
      byte[] bytes = from.getOrDefault(name, new byte[0]);
      session.beginCopy(load.copy());
      session.send(bytes, 0, bytes.length);
      session.endCopy();
    }
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

  Map<String, WantedFile> files(String group) throws IOException {
    return restore.wantedFiles(group);
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
