package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.tree.TreeFileStream;
import io.holdfast.postgres.client.ClientPrograms;
import io.holdfast.postgres.client.ClientRun;
import io.holdfast.postgres.dump.ArchiveSelection;
import io.holdfast.postgres.dump.LargeObjectsRestore;
import io.holdfast.postgres.dump.SequenceState;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.dump.TargetDatabase;
import io.holdfast.postgres.dump.TargetObjects;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;

/// Puts one database of a dump into one that is there. *Confined.*
final class DatabaseRestore {
  private final EngineContext context;
  private final DumpRestoreRequest request;
  private final DumpContents dump;
  private final List<String> warnings;

  /// @param warnings what a person should know is added here
  DatabaseRestore(
      EngineContext context, DumpRestoreRequest request, DumpContents dump, List<String> warnings) {
    this.context = context;
    this.request = request;
    this.dump = dump;
    this.warnings = warnings;
  }

  /// Restores everything, or the tables that were asked for.
  ///
  /// @param database of the dump
  /// @param url of the target
  DumpRestoreReport run(String database, ConnectionUrl url) throws IOException {
    DumpToc toc = dump.toc(database);
    try (ScratchDirectory scratch = ScratchDirectory.make("holdfast-restore");
        TargetDatabase target = open(url)) {
      TargetObjects there = target.objects();
      if (request.tables().isEmpty()) {
        target.refuse(
            there.relations(),
            "Restore into an empty database; make one with --create, or replace this one with"
                + " --clean.");
      }
      if (ScriptRestore.isOne(dump, database)) {
        return new ScriptRestore(context, dump, database, toc, request, warnings).run(target, url);
      }
      ClientPrograms programs = ClientPrograms.require(toc.programMajor(), context.environment());
      ClientRun run =
          new ClientRun(
              programs, scratch.path(), TargetDatabase.APPLICATION, context.cancellation());
      DefinitionsRestore definitions = new DefinitionsRestore(context, run, url, request, target);
      definitions.open(dump, database, scratch.path());
      Set<SqlName> made = relations(toc);
      if (!request.tables().isEmpty() || dump.attributes().isPartial()) {
        ArchiveSelection selection = selection(toc, definitions, there);
        target.refuse(
            selection.relations().stream().filter(there.relations()::contains).toList(),
            "Rename or drop what is there, or restore into another database.");
        definitions.select(selection);
        made = selection.relations();
        toc = toc.only(made::contains);
      }
      definitions.beforeRows();
      new RowsRestore(context, dump, database, url, request.jobs()).run(toc, target.foreignKeys());
      long largeObjects = largeObjects(database, toc, target);
      definitions.afterRows();
      conclude(toc, made, definitions, url);
      return new DumpRestoreReport(
          dump.name(),
          database,
          url.toString(),
          toc.tables().size(),
          toc.rows(),
          toc.bytes(),
          largeObjects,
          Optional.empty(),
          warnings);
    }
  }

  private TargetDatabase open(ConnectionUrl url) throws IOException {
    return TargetDatabase.open(url, context.cancellation());
  }

  private static Set<SqlName> relations(DumpToc toc) {
    Set<SqlName> names = new HashSet<>();
    toc.relations().forEach(relation -> names.add(relation.name()));
    return names;
  }

  /// What of a dump is restored when only some tables are wanted.
  private ArchiveSelection selection(
      DumpToc toc, DefinitionsRestore definitions, TargetObjects there) throws IOException {
    ArchiveSelection selection =
        ArchiveSelection.of(
            definitions.entries(),
            toc.relations(),
            request.tables().isEmpty()
                ? toc.relations()
                : TablePatterns.select(toc.relations(), request.tables()),
            there,
            toc.encoding());
    if (!request.tables().isEmpty() && !selection.unfit().isEmpty()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Unfitting.described(selection.unfit()) + ", which is neither chosen nor in the target",
          "Add what is needed with a further --table.");
    }
    if (selection.hangingKeys() > 0) {
      warnings.add(
          selection.hangingKeys()
              + " foreign keys are left out: the tables that they point to are not there");
    }
    if (!selection.leftOut().isEmpty()) {
      warnings.add(
          "left out because of tables that are not there: "
              + Unfitting.described(selection.leftOut()));
    }
    for (String schema : selection.schemasMade()) {
      if (there.state() == TargetObjects.State.IN_USE) {
        warnings.add(
            "schema " + schema + " was not there: it is made, with all it held but tables");
      }
    }
    return selection;
  }

  /// Large objects belong to no table: with some tables come those that their rows point to.
  private long largeObjects(String database, DumpToc toc, TargetDatabase target)
      throws IOException {
    if (toc.largeObjectParts() == 0) {
      return 0;
    }
    Set<LargeObjectsRestore.Part> parts =
        switch (request.owners()) {
          case KEPT -> EnumSet.allOf(LargeObjectsRestore.Part.class);
          case NONE -> EnumSet.of(LargeObjectsRestore.Part.COMMENT);
        };
    LongPredicate wanted = _ -> true;
    if (!request.tables().isEmpty()) {
      Set<Long> missing = target.missingLargeObjects(relations(toc)::contains);
      if (missing.isEmpty()) {
        return 0;
      }
      wanted = missing::contains;
    }
    LargeObjectsRestore.Count count = LargeObjectsRestore.Count.NONE;
    for (int part = 0; part < toc.largeObjectParts(); part++) {
      try (TreeFileStream stream = dump.stream(DumpPaths.largeObjects(database, part))) {
        count =
            count.plus(
                new LargeObjectsRestore(target, parts, LargeObjectsRestore.Transactions.OWN)
                    .restore(stream, wanted));
      }
    }
    if (count.read() != toc.largeObjects()) {
      throw new BackupException(
          ErrorCode.CHECK_FAILED,
          count.read() + " large objects came out of the dump, which says " + toc.largeObjects(),
          "Do not use the restored database. Run 'holdfast verify' on this backup.");
    }
    return count.made();
  }

  /// What comes when rows and indexes are there, in a session that has not been idle meanwhile.
  private void conclude(
      DumpToc toc, Set<SqlName> made, DefinitionsRestore definitions, ConnectionUrl url)
      throws IOException {
    try (TargetDatabase target = open(url)) {
      target.withdrawDefaultPrivileges(made::contains);
    }
    definitions.privileges();
    try (TargetDatabase target = open(url)) {
      finish(toc, target);
      definitions.eventTriggers();
      analyze(toc, target);
    }
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

  private void analyze(DumpToc toc, TargetDatabase target) throws IOException {
    if (request.tables().isEmpty()) {
      target.run("statistics", "ANALYZE");
      return;
    }
    for (DumpToc.Table table : toc.tables()) {
      target.run("statistics of " + table.name(), "ANALYZE " + table.name().quoted());
    }
  }
}
