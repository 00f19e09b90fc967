package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.tree.TreeFileStream;
import io.holdfast.postgres.dump.ChosenRelations;
import io.holdfast.postgres.dump.FilledTables;
import io.holdfast.postgres.dump.LargeObjectsRestore;
import io.holdfast.postgres.dump.LoadOrder;
import io.holdfast.postgres.dump.SequenceState;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.dump.TargetDatabase;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Puts the rows of a dump into tables that are there, in one transaction: all or nothing. Foreign
/// keys are checked by the server where the tables can be filled in their order, else by us before
/// the transaction ends. *Confined.*
final class DataRestore {
  private static final int SHOWN_MAX = 5;

  private final EngineContext context;
  private final DumpRestoreRequest request;
  private final DumpContents dump;
  private final List<String> warnings;

  /// @param warnings what a person should know is added here
  DataRestore(
      EngineContext context, DumpRestoreRequest request, DumpContents dump, List<String> warnings) {
    this.context = context;
    this.request = request;
    this.dump = dump;
    this.warnings = warnings;
  }

  DumpRestoreReport run(String database, ConnectionUrl url) throws IOException {
    DumpToc toc = wanted(dump.toc(database));
    try (TargetDatabase target = TargetDatabase.open(url, context.cancellation())) {
      FilledTables tables = new FilledTables(target.session());
      Set<SqlName> names = new HashSet<>();
      toc.tables().forEach(table -> names.add(table.name()));
      requireFit(toc, names, tables, target);
      LoadOrder order = LoadOrder.of(names, target.foreignKeys());
      boolean silent = silence(toc, order, names, tables, target);
      target.run("rows", "BEGIN");
      new RowsRestore(context, dump, database, url, 1).runIn(target, toc, order);
      if (silent) {
        requireWholeKeys(names, tables);
      }
      long largeObjects = largeObjects(database, toc, target);
      for (SequenceState sequence : toc.sequences()) {
        target.run("sequence " + sequence.name(), sequence.restoring());
      }
      target.run("rows", "COMMIT");
      conclude(toc, target);
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

  private DumpToc wanted(DumpToc toc) {
    if (request.tables().isEmpty()) {
      return toc;
    }
    Set<SqlName> chosen = new HashSet<>();
    new ChosenRelations(toc.relations(), TablePatterns.select(toc.relations(), request.tables()))
        .chosen()
        .values()
        .forEach(relation -> chosen.add(relation.name()));
    return toc.only(chosen::contains);
  }

  private void requireFit(
      DumpToc toc, Set<SqlName> names, FilledTables tables, TargetDatabase target)
      throws IOException {
    Map<SqlName, List<String>> columns = new LinkedHashMap<>();
    toc.tables().forEach(table -> columns.put(table.name(), table.columns()));
    List<String> lacking = new ArrayList<>(tables.lacking(columns));
    Set<SqlName> there = new HashSet<>(target.relations());
    for (SequenceState sequence : toc.sequences()) {
      if (!there.contains(sequence.name())) {
        lacking.add("sequence " + sequence.name());
      }
    }
    if (!lacking.isEmpty()) {
      throw new BackupException(
          ErrorCode.TARGET_UNSUITABLE,
          "the database " + target.session().url().database() + " lacks " + shown(lacking),
          "Rows go into tables that are there: make them first, or leave tables out with --table.");
    }
    switch (request.filled()) {
      case APPENDED -> {}
      case REFUSED ->
          target.refuse(
              tables.withRows(names).stream().map(name -> name + " with rows").toList(),
              "TRUNCATE the tables first, or add to what they have with --append.");
    }
  }

  private static String shown(List<String> texts) {
    return String.join(", ", texts.subList(0, Math.min(SHOWN_MAX, texts.size())))
        + (texts.size() > SHOWN_MAX ? ", … (" + texts.size() + " in all)" : "");
  }

  /// Lets no trigger fire in the session where that is needed: those of users would change what is
  /// restored, and foreign keys in a circle could not be filled.
  ///
  /// @return whether it did: foreign keys are not checked then
  private static boolean silence(
      DumpToc toc, LoadOrder order, Set<SqlName> names, FilledTables tables, TargetDatabase target)
      throws IOException {
    List<FilledTables.Trigger> triggers = tables.triggers(names);
    List<String> reasons = new ArrayList<>();
    for (FilledTables.Trigger trigger : triggers) {
      if (trigger.always()) {
        throw new BackupException(
            ErrorCode.TARGET_UNSUITABLE,
            "trigger " + trigger + " is set to fire always, also for rows that are restored",
            "ALTER TABLE … DISABLE TRIGGER while the rows are restored.");
      }
      reasons.add("trigger " + trigger + " would fire");
    }
    if (!order.tangled().isEmpty()) {
      reasons.add("foreign keys go in a circle between " + shown(texts(order.tangled())));
    }
    Set<SqlName> selves = new HashSet<>();
    target.foreignKeys().stream()
        .filter(key -> key.from().equals(key.to()))
        .forEach(key -> selves.add(key.from()));
    toc.tables().stream()
        .filter(table -> table.parts() > 1 && selves.contains(table.name()))
        .forEach(table -> reasons.add("rows of " + table.name() + " point to each other"));
    if (reasons.isEmpty()) {
      return false;
    }
    if (target.tryRun("SET session_replication_role = replica").isPresent()) {
      throw new BackupException(
          ErrorCode.PRIVILEGE_MISSING,
          shown(reasons) + ", and the role may not set session_replication_role",
          "Use a superuser's role, or GRANT SET ON PARAMETER session_replication_role (PostgreSQL"
              + " 15 and newer); or disable the triggers and drop the foreign keys meanwhile.");
    }
    return true;
  }

  private static List<String> texts(List<SqlName> names) {
    return names.stream().map(SqlName::toString).toList();
  }

  private static void requireWholeKeys(Set<SqlName> names, FilledTables tables) throws IOException {
    List<String> broken = tables.brokenKeys(names);
    if (!broken.isEmpty()) {
      throw new BackupException(
          ErrorCode.TARGET_UNSUITABLE,
          "rows would point to nothing by foreign key " + shown(broken),
          "Nothing was restored. Restore the tables that they point to as well.");
    }
  }

  private long largeObjects(String database, DumpToc toc, TargetDatabase target)
      throws IOException {
    if (toc.largeObjectParts() == 0) {
      return 0;
    }
    Set<Long> there = target.largeObjects();
    Set<Long> missing = target.missingLargeObjects(_ -> true);
    boolean all = request.tables().isEmpty();
    LargeObjectsRestore.Count count = LargeObjectsRestore.Count.NONE;
    for (int part = 0; part < toc.largeObjectParts(); part++) {
      try (TreeFileStream stream = dump.stream(DumpPaths.largeObjects(database, part))) {
        count =
            count.plus(
                new LargeObjectsRestore(
                        target,
                        EnumSet.of(LargeObjectsRestore.Part.COMMENT),
                        LargeObjectsRestore.Transactions.CALLERS)
                    .restore(
                        stream,
                        number -> all ? !there.contains(number) : missing.contains(number)));
      }
    }
    if (all && count.made() < count.read()) {
      warnings.add(
          count.read() - count.made() + " large objects are there already and stay as they are");
    }
    return count.made();
  }

  private void conclude(DumpToc toc, TargetDatabase target) throws IOException {
    Set<SqlName> there = new HashSet<>(target.relations());
    for (SqlName view : toc.refreshed()) {
      context.cancellation().throwIfRequested();
      if (there.contains(view)) {
        target.run("materialised view " + view, "REFRESH MATERIALIZED VIEW " + view.quoted());
      }
    }
    for (DumpToc.Table table : toc.tables()) {
      target.run("statistics of " + table.name(), "ANALYZE " + table.name().quoted());
    }
  }
}
