package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.OrderedCrew;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.engine.EngineContext;
import io.holdfast.postgres.dump.DumpFailures;
import io.holdfast.postgres.dump.LoadOrder;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.dump.TableData;
import io.holdfast.postgres.dump.TargetDatabase;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/// Writes the rows of a dump into tables that are there, by several sessions at once. *Confined.*
final class RowsRestore {
  private static final int WINDOW = 256;
  private static final String CHECK_VIOLATION = "23514";

  private final EngineContext context;
  private final DumpContents dump;
  private final String database;
  private final ConnectionUrl url;
  private final int jobs;

  /// @param database of the dump
  /// @param url of the target
  RowsRestore(
      EngineContext context, DumpContents dump, String database, ConnectionUrl url, int jobs) {
    this.context = context;
    this.dump = dump;
    this.database = database;
    this.url = url;
    this.jobs = jobs;
  }

  /// A file of rows.
  private record Job(String path, DumpToc.Table table) {}

  private record Loaded(SqlName table, long rows) {}

  /// Loads all rows, and compares their number with that of the dump.
  ///
  /// @param keys foreign keys that the tables have already
  /// @throws BackupException `CHECK_FAILED` if there are more or less than in the dump
  void run(DumpToc toc, List<LoadOrder.Key> keys) throws IOException {
    context.progress().phase("rows", toc.bytes());
    Map<SqlName, DumpToc.Table> tables = new HashMap<>();
    toc.tables().forEach(table -> tables.put(table.name(), table));
    LoadOrder order = LoadOrder.of(toc.tables().stream().map(DumpToc.Table::name).toList(), keys);
    List<List<SqlName>> layers = new ArrayList<>(order.layers());
    layers.add(order.tangled());
    Map<SqlName, Long> loaded = new HashMap<>();
    for (List<SqlName> layer : layers) {
      if (!layer.isEmpty()) {
        load(toc, layer.stream().map(tables::get).collect(Collectors.toList()), loaded);
      }
    }
    compare(toc, loaded);
  }

  private static void compare(DumpToc toc, Map<SqlName, Long> loaded) {
    for (DumpToc.Table table : toc.tables()) {
      long there = loaded.getOrDefault(table.name(), 0L);
      if (there != table.rows()) {
        throw new BackupException(
            ErrorCode.CHECK_FAILED,
            "table " + table.name() + " has " + there + " rows, the dump had " + table.rows(),
            "Do not use the restored database. Run 'holdfast verify' on this backup.");
      }
    }
  }

  /// As [#run], by one session in the transaction that it began.
  void runIn(TargetDatabase target, DumpToc toc, LoadOrder order) throws IOException {
    context.progress().phase("rows", toc.bytes());
    Map<SqlName, DumpToc.Table> tables = new HashMap<>();
    toc.tables().forEach(table -> tables.put(table.name(), table));
    List<SqlName> names = new ArrayList<>();
    order.layers().forEach(names::addAll);
    names.addAll(order.tangled());
    Map<SqlName, Long> loaded = new HashMap<>();
    Hand hand = new Hand(toc.encoding(), target, Within.TRANSACTION);
    for (SqlName name : names) {
      DumpToc.Table table = Objects.requireNonNull(tables.get(name));
      for (int part = 0; part < table.parts(); part++) {
        Loaded done = hand.work(new Job(DumpPaths.data(database, name, part), table));
        loaded.merge(done.table(), done.rows(), Long::sum);
      }
    }
    compare(toc, loaded);
  }

  private void load(DumpToc toc, List<DumpToc.Table> tables, Map<SqlName, Long> loaded)
      throws IOException {
    try (OrderedCrew<Job, Loaded> crew =
        new OrderedCrew<>(
            Workers.platform("restore"),
            jobs,
            WINDOW,
            () ->
                new Hand(
                    toc.encoding(),
                    TargetDatabase.open(url, context.cancellation()),
                    Within.NOTHING),
            done -> loaded.merge(done.table(), done.rows(), Long::sum))) {
      for (DumpToc.Table table : tables) {
        for (int part = 0; part < table.parts(); part++) {
          context.cancellation().throwIfRequested();
          crew.submit(new Job(DumpPaths.data(database, table.name(), part), table));
        }
      }
      crew.finish();
    }
  }

  /// What a session is in while it copies.
  private enum Within {
    NOTHING,
    TRANSACTION
  }

  /// One session that writes rows.
  private final class Hand implements OrderedCrew.Hand<Job, Loaded>, AutoCloseable {
    private final String encoding;
    private final TargetDatabase target;
    private final Within within;
    private final byte[] piece = new byte[FileLayout.EXTENT_BYTES];

    /// Partitions of which rows belong elsewhere on this server, and where they go in.
    private final Map<SqlName, SqlName> roots = new HashMap<>();

    Hand(String encoding, TargetDatabase target, Within within) {
      this.encoding = encoding;
      this.target = target;
      this.within = within;
    }

    @Override
    public Loaded work(Job job) throws IOException {
      SqlName table = job.table().name();
      try {
        transact(job, "SAVEPOINT holdfast");
        long rows = copy(job, roots.getOrDefault(table, table));
        transact(job, "RELEASE SAVEPOINT holdfast");
        return new Loaded(table, rows);
      } catch (ServerErrorException e) {
        transact(job, "ROLLBACK TO SAVEPOINT holdfast");
        Optional<SqlName> root = Optional.empty();
        if (e.sqlState().equals(CHECK_VIOLATION) && !roots.containsKey(table)) {
          root = target.partitionRoot(table);
        }
        if (root.isEmpty()) {
          throw translated(table, e);
        }
        roots.put(table, root.get());
        return throughRoot(job, root.get());
      }
    }

    private void transact(Job job, String command) throws IOException {
      if (within == Within.TRANSACTION) {
        target.run("rows of " + job.table().name(), command);
      }
    }

    /// Hashes and the order of texts may differ from server to server, and with them the partition
    /// that a row belongs to.
    private Loaded throughRoot(Job job, SqlName root) throws IOException {
      try {
        return new Loaded(job.table().name(), copy(job, root));
      } catch (ServerErrorException e) {
        throw translated(job.table().name(), e);
      }
    }

    private BackupException translated(SqlName table, ServerErrorException e) {
      return DumpFailures.translate("rows of " + table, url.user(), e);
    }

    private long copy(Job job, SqlName into) throws IOException {
      DatabaseSession session = target.session();
      TreeFile file = dump.file(job.path());
      session.beginCopy(TableData.copyIn(into, job.table().columns(), encoding));
      for (long i = 0; i < file.extents(); i++) {
        context.cancellation().throwIfRequested();
        int length = dump.tree().readExtent(file, i, piece);
        session.send(piece, 0, length);
        context.progress().advance(length);
      }
      return session.endCopy();
    }

    @Override
    public void close() throws IOException {
      target.close();
    }
  }
}
