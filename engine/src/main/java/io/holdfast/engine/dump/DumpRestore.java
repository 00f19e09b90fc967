package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.OrderedCrew;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.postgres.client.ClientPrograms;
import io.holdfast.postgres.client.ClientRun;
import io.holdfast.postgres.dump.ArchiveSelection;
import io.holdfast.postgres.dump.DumpFailures;
import io.holdfast.postgres.dump.DumpedRelation;
import io.holdfast.postgres.dump.LargeObjectsRestore;
import io.holdfast.postgres.dump.SequenceState;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.dump.TargetDatabase;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Puts a database of a dump into an empty one, or some of its tables into any: definitions, rows
/// by several sessions at once, indexes and constraints, privileges. A restore that fails leaves
/// what it did so far in the target, which was empty before.
public final class DumpRestore {
  private static final String APPLICATION = "holdfast restore";
  private static final int WINDOW = 256;

  private final EngineContext context;
  private final Repository repository;

  public DumpRestore(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// Runs one restore.
  ///
  /// @throws BackupException that says why it cannot be done, or what failed
  public DumpRestoreReport run(DumpRestoreRequest request) {
    ConnectionUrl url = ConnectionUrl.parse(request.target(), context.environment());
    String what = "restore of " + request.backup();
    return Failures.translate(
        what,
        () -> {
          try {
            return restore(request, url);
          } catch (ServerErrorException e) {
            throw DumpFailures.translate(what, url.user(), e);
          }
        });
  }

  private DumpRestoreReport restore(DumpRestoreRequest request, ConnectionUrl url)
      throws IOException {
    DumpContents dump = DumpContents.open(repository, request.backup(), request.source());
    String database = dump.database(request.database());
    DumpToc toc = dump.toc(database);
    List<String> warnings = new ArrayList<>();
    try (ScratchDirectory scratch = ScratchDirectory.make("holdfast-restore");
        TargetDatabase target = TargetDatabase.open(url, APPLICATION, context.cancellation())) {
      List<SqlName> there = target.relations();
      if (request.tables().isEmpty()) {
        target.refuse(
            there, "Restore into an empty database; 'createdb -T template0 NAME' makes one.");
      }
      if (ScriptRestore.isOne(dump, database)) {
        return new ScriptRestore(context, dump, database, toc, request, warnings).run(target, url);
      }
      ClientPrograms programs =
          ClientPrograms.require(major(toc.programVersion()), context.environment());
      ClientRun run = new ClientRun(programs, scratch.path(), APPLICATION, context.cancellation());
      if (request.globals() == DumpRestoreRequest.Globals.RESTORED) {
        new GlobalsRestore(target).run(dump, warnings);
      }
      DefinitionsRestore definitions =
          new DefinitionsRestore(context, run, url, request, target.isSuperuser());
      definitions.open(dump, database, scratch.path());
      if (!request.tables().isEmpty()) {
        toc = selected(request, toc, definitions, target, there, warnings);
      }
      definitions.beforeRows();
      long rows = rows(request, dump, database, toc, url);
      long largeObjects = largeObjects(request, dump, database, toc, target);
      definitions.afterRows();
      conclude(request, toc, definitions, url);
      return new DumpRestoreReport(
          dump.name(),
          database,
          url.toString(),
          toc.tables().size(),
          rows,
          toc.bytes(),
          largeObjects,
          warnings);
    }
  }

  /// What is left of a dump when only some tables are wanted.
  private static DumpToc selected(
      DumpRestoreRequest request,
      DumpToc toc,
      DefinitionsRestore definitions,
      TargetDatabase target,
      List<SqlName> there,
      List<String> warnings) {
    ArchiveSelection selection =
        new ArchiveSelection(
            definitions.entries(),
            toc.relations(),
            TablePatterns.select(toc.relations(), request.tables()),
            there::contains,
            there.isEmpty() ? ArchiveSelection.Shared.WANTED : ArchiveSelection.Shared.LEFT_OUT,
            toc.encoding());
    target.refuse(
        there.stream().filter(selection::holds).toList(),
        "Rename or drop what is there, or restore into another database.");
    if (selection.hangingKeys() > 0) {
      warnings.add(
          selection.hangingKeys()
              + " foreign keys are left out: the tables that they point to are not there");
    }
    definitions.select(selection);
    return toc.only(selection::holds);
  }

  /// What comes when rows and indexes are there, in a session that has not been idle meanwhile.
  private void conclude(
      DumpRestoreRequest request, DumpToc toc, DefinitionsRestore definitions, ConnectionUrl url)
      throws IOException {
    Set<SqlName> made =
        toc.relations().stream().map(DumpedRelation::name).collect(Collectors.toSet());
    try (TargetDatabase target = TargetDatabase.open(url, APPLICATION, context.cancellation())) {
      target.withdrawDefaultPrivileges(made::contains);
    }
    definitions.privileges();
    try (TargetDatabase target = TargetDatabase.open(url, APPLICATION, context.cancellation())) {
      finish(toc, target);
      definitions.eventTriggers();
      analyze(request, toc, target);
    }
  }

  private static void analyze(DumpRestoreRequest request, DumpToc toc, TargetDatabase target)
      throws IOException {
    if (request.tables().isEmpty()) {
      target.run("statistics", "ANALYZE");
      return;
    }
    for (DumpToc.Table table : toc.tables()) {
      target.run("statistics of " + table.name(), "ANALYZE " + table.name().quoted());
    }
  }

  private static int major(String version) {
    return Integer.parseInt(version.split("\\D", 2)[0]);
  }

  /// A file of rows.
  private record Job(String path, DumpToc.Table table) {}

  private record Loaded(SqlName table, long rows) {}

  private long rows(
      DumpRestoreRequest request,
      DumpContents dump,
      String database,
      DumpToc toc,
      ConnectionUrl url)
      throws IOException {
    context.progress().phase("rows", toc.bytes());
    Map<SqlName, Long> loaded = new HashMap<>();
    try (OrderedCrew<Job, Loaded> crew =
        new OrderedCrew<>(
            Workers.platform("restore"),
            request.jobs(),
            WINDOW,
            () ->
                new Hand(dump, toc, TargetDatabase.open(url, APPLICATION, context.cancellation())),
            done -> loaded.merge(done.table(), done.rows(), Long::sum))) {
      for (DumpToc.Table table : toc.tables()) {
        for (int part = 0; part < table.parts(); part++) {
          context.cancellation().throwIfRequested();
          crew.submit(new Job(DumpPaths.data(database, table.name(), part), table));
        }
      }
      crew.finish();
    }
    for (DumpToc.Table table : toc.tables()) {
      long there = loaded.getOrDefault(table.name(), 0L);
      if (there != table.rows()) {
        throw new BackupException(
            ErrorCode.CHECK_FAILED,
            "table " + table.name() + " has " + there + " rows, the dump had " + table.rows(),
            "Do not use the restored database. Run 'holdfast verify' on this backup.");
      }
    }
    return toc.rows();
  }

  /// One session that writes rows.
  private final class Hand implements OrderedCrew.Hand<Job, Loaded>, AutoCloseable {
    private final DumpContents dump;
    private final DumpToc toc;
    private final TargetDatabase target;
    private final byte[] piece = new byte[FileLayout.EXTENT_BYTES];

    Hand(DumpContents dump, DumpToc toc, TargetDatabase target) {
      this.dump = dump;
      this.toc = toc;
      this.target = target;
    }

    @Override
    public Loaded work(Job job) throws IOException {
      DatabaseSession session = target.session();
      TreeFile file = dump.file(job.path());
      try {
        session.beginCopy(job.table().copyIn(toc.encoding()));
        for (long i = 0; i < file.extents(); i++) {
          context.cancellation().throwIfRequested();
          int length = dump.tree().readExtent(file, i, piece);
          session.send(piece, 0, length);
          context.progress().advance(length);
        }
        return new Loaded(job.table().name(), session.endCopy());
      } catch (ServerErrorException e) {
        throw DumpFailures.translate("rows of " + job.table().name(), session.url().user(), e);
      }
    }

    @Override
    public void close() throws IOException {
      target.close();
    }
  }

  private long largeObjects(
      DumpRestoreRequest request,
      DumpContents dump,
      String database,
      DumpToc toc,
      TargetDatabase target)
      throws IOException {
    Set<LargeObjectsRestore.Part> parts =
        switch (request.owners()) {
          case KEPT -> EnumSet.allOf(LargeObjectsRestore.Part.class);
          case NONE -> EnumSet.of(LargeObjectsRestore.Part.COMMENT);
        };
    long count = 0;
    for (int part = 0; part < toc.largeObjectParts(); part++) {
      try (TreeFileStream stream = dump.stream(DumpPaths.largeObjects(database, part))) {
        count += new LargeObjectsRestore(target, parts).restore(stream);
      }
    }
    if (count != toc.largeObjects()) {
      throw new BackupException(
          ErrorCode.CHECK_FAILED,
          count + " large objects came out of the dump, which says " + toc.largeObjects(),
          "Do not use the restored database. Run 'holdfast verify' on this backup.");
    }
    return count;
  }

  /// What definitions alone do not bring: positions of sequences, rows of materialised views.
  private void finish(DumpToc toc, TargetDatabase target) throws IOException {
    for (SequenceState sequence : toc.sequences()) {
      target.run("sequence " + sequence.name(), sequence.restoring());
    }
    for (SqlName view : toc.refreshed()) {
      context.cancellation().throwIfRequested();
      target.run("materialised view " + view, "REFRESH MATERIALIZED VIEW " + view.quoted());
    }
  }
}
