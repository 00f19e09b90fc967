package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.postgres.client.ClientProgram;
import io.holdfast.postgres.client.ClientRun;
import io.holdfast.postgres.dump.ArchiveEntries;
import io.holdfast.postgres.dump.ArchiveEntry;
import io.holdfast.postgres.dump.ArchiveSelection;
import io.holdfast.postgres.dump.RestoreSettings;
import io.holdfast.postgres.dump.TargetDatabase;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Lets `pg_restore` make what the dump's archive defines, in three steps: what rows need, what is
/// made faster or only possible with rows there, and what must come last. *Confined.*
final class DefinitionsRestore {
  private final EngineContext context;
  private final ClientRun run;
  private final ConnectionUrl url;
  private final DumpRestoreRequest request;
  private final boolean superuser;
  private final Map<String, String> settings;
  private Path archive = Path.of("");
  private Path list = Path.of("");
  private ArchiveEntries before = new ArchiveEntries(List.of());
  private ArchiveEntries after = new ArchiveEntries(List.of());

  DefinitionsRestore(
      EngineContext context,
      ClientRun run,
      ConnectionUrl url,
      DumpRestoreRequest request,
      TargetDatabase target)
      throws IOException {
    this.context = context;
    this.run = run;
    this.url = url;
    this.request = request;
    this.superuser = target.isSuperuser();
    this.settings = RestoreSettings.forDefinitions(target.maintenanceKilobytes());
  }

  /// Fetches the archive into a directory.
  void open(DumpContents dump, String database, Path directory) throws IOException {
    archive = directory.resolve("schema.dump");
    list = directory.resolve("schema.list");
    dump.save(DumpPaths.schema(database), archive);
    before = entries(ArchiveEntries.Section.PRE_DATA);
    after = entries(ArchiveEntries.Section.POST_DATA);
  }

  private ArchiveEntries entries(ArchiveEntries.Section section) throws IOException {
    ArchiveEntries all = ArchiveEntries.read(run, archive, section);
    return superuser ? all : all.only(entry -> !entry.isCommentOnExtension());
  }

  /// All definitions, with what they need.
  ArchiveEntries entries() throws IOException {
    return ArchiveEntries.readAll(run, archive);
  }

  /// Leaves out what a selection does not want.
  void select(ArchiveSelection selection) {
    before = before.only(selection::wants);
    after = after.only(selection::wants);
  }

  /// Types, functions, tables, views.
  void beforeRows() throws IOException {
    context.progress().phase("definitions", 0);
    restore(before.only(entry -> !isLast(entry)), 1);
  }

  /// Indexes, constraints, triggers, policies.
  void afterRows() throws IOException {
    context.progress().phase("indexes and constraints", 0);
    ArchiveEntries all = after.only(entry -> !isLast(entry) && !entry.isComment());
    // An index that is attached to its parent's and a foreign key of the same table, made at once
    // by two sessions, wait for each other.
    Predicate<ArchiveEntry> attaches = ArchiveEntry::isIndexAttach;
    Predicate<ArchiveEntry> foreign = ArchiveEntry::isForeignKey;
    restore(all.only(attaches.or(foreign).negate()), request.jobs());
    restore(all.only(attaches), 1);
    restore(all.only(foreign), request.jobs());
    restore(after.only(entry -> !isLast(entry) && entry.isComment()), 1);
  }

  /// Privileges: views are filled with those of their owners.
  void privileges() throws IOException {
    restore(before.and(after).only(ArchiveEntry::isPrivilege), 1);
  }

  /// What would fire for everything else.
  void eventTriggers() throws IOException {
    restore(after.only(ArchiveEntry::isEventTrigger), 1);
  }

  private static boolean isLast(ArchiveEntry entry) {
    return entry.isPrivilege() || entry.isEventTrigger();
  }

  private void restore(ArchiveEntries entries, int jobs) throws IOException {
    if (entries.all().isEmpty()) {
      return;
    }
    entries.write(list);
    List<String> arguments = new ArrayList<>(List.of("--exit-on-error", "--use-list=" + list));
    if (jobs > 1) {
      arguments.add("--jobs=" + jobs);
    }
    if (request.owners() == DumpRestoreRequest.Owners.NONE) {
      arguments.add("--no-owner");
      arguments.add("--no-privileges");
    }
    arguments.add(archive.toString());
    ClientRun.Ended ended = run.run(ClientProgram.PG_RESTORE, url, settings, arguments);
    if (ended.status() != 0) {
      throw failed(ended);
    }
  }

  private BackupException failed(ClientRun.Ended ended) {
    String reason = ended.reason();
    boolean roleMissing = reason.contains("role \"") && reason.contains("does not exist");
    if (roleMissing) {
      return new BackupException(
          ErrorCode.PRIVILEGE_MISSING,
          "definitions of the dump: " + reason,
          "Make the dump's roles first with --globals, or restore everything as your own with"
              + " --no-owner; begin with an empty database again.");
    }
    return run.failed(ClientProgram.PG_RESTORE, "definitions of the dump", ended);
  }
}
