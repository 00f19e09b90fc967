package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.engine.api.Dumps;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.dump.DumpRestorePlan;
import io.holdfast.engine.dump.DumpRestoreReport;
import io.holdfast.engine.dump.DumpRestoreRequest;
import io.holdfast.engine.dump.DumpRestoreRequest.Erasures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "restore",
    description = {
      "Put a database of a dump into an empty one, or some of its tables into any.",
      "Nothing is dropped or overwritten, whatever the options."
    })
final class DumpRestoreCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Parameters(paramLabel = "BACKUP", description = "Name of a dump, or 'latest'.")
  String backup = "latest";

  @Option(
      names = "--url",
      paramLabel = "URL",
      required = true,
      description =
          "The database to restore into. $PGPASSWORD is the password where the URL has none.")
  String url = "";

  @Option(
      names = "--database",
      paramLabel = "NAME",
      description = "Which database of the dump. Default: the only one.")
  @Nullable String database;

  @Option(
      names = "--create",
      description =
          "Make the database of the URL first, with the encoding, collation, owner, privileges and"
              + " settings that it had.")
  boolean create;

  @Option(
      names = "--clean",
      description =
          "Put a new database in the place of the one of the URL: it is restored beside the old one"
              + " and gets its name when it is complete. The old one stays, under another name.")
  boolean clean;

  @Option(
      names = "--confirm",
      paramLabel = "DATABASE",
      description =
          "With --clean: the name of the database once more. Without it none is replaced.")
  @Nullable String confirm;

  @Option(
      names = "--all",
      description =
          "With --create: restore all databases of the dump onto the server of the URL, each under"
              + " its own name, and roles and tablespaces first.")
  boolean all;

  @Option(
      names = "--dry-run",
      description = "With --create or --clean: say what would be done, and do nothing.")
  boolean dryRun;

  @Option(
      names = "--table",
      paramLabel = "NAME",
      description =
          "Restore only this table or view, with its rows, indexes, constraints, triggers and"
              + " privileges: schema.name, or name, with * and ?. The database need not be empty,"
              + " but must not have it. May be given several times.")
  List<String> tables = new ArrayList<>();

  @Option(
      names = "--data-only",
      description =
          "Restore rows, positions of sequences and large objects into tables that are there, in"
              + " one transaction. Of a dump without definitions nothing else can be restored.")
  boolean dataOnly;

  @Option(
      names = "--append",
      description = "With --data-only: add to the rows of tables that are not empty.")
  boolean append;

  @Option(
      names = "--globals",
      description = "Make the roles and tablespaces of the dump first, where they are missing.")
  boolean globals;

  @Option(
      names = "--no-owner",
      description =
          "Everything belongs to the role that restores, and no privileges are given to others.")
  boolean noOwner;

  @Option(
      names = "--without-erasures",
      description =
          "Leave rows in that were erased ('holdfast erasure'). Without this they are deleted again"
              + " before the restore is done.")
  boolean withoutErasures;

  @Option(
      names = "--scope",
      paramLabel = "FILE",
      description =
          "A scope map that fits the database of the dump, for deleting what was erased. Default:"
              + " the one that was written down, or that of a backup of a tenant.")
  @Nullable Path scope;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description =
          "How many sessions write at once. Default: the number of processors, at most 8.")
  @Nullable Integer jobs;

  DumpRestoreCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Options options = context.options(global.flags(null, null, null));
    context.warnOfPassword(url, "PGPASSWORD");
    DumpRestoreRequest request = request(options.settings());
    return context.on(global, options, (holdfast, watch) -> run(holdfast.dumps(watch), request));
  }

  private int run(Dumps dumps, DumpRestoreRequest request) {
    if (dryRun) {
      DumpRestorePlan plan = dumps.plan(request);
      context.answer(global, plan.toMap(), plan.describe());
    } else if (all) {
      print(dumps.restoreAll(request));
    } else {
      DumpRestoreReport report = dumps.restore(request);
      context.answer(global, report.toMap(), report.describe());
      context.warn(report.warnings());
    }
    return 0;
  }

  private DumpRestoreRequest request(Settings settings) {
    if ((all && (dryRun || database != null)) || (create && clean)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "these options do not go together",
          "Give --all without --database and --dry-run, and one of --create and --clean.");
    }
    boolean withGlobals = globals || (all && !noOwner);
    return new DumpRestoreRequest(
        backup,
        settings.source(),
        new Secret(url),
        Optional.ofNullable(database),
        tables,
        dataOnly ? DumpRestoreRequest.Content.DATA_ONLY : DumpRestoreRequest.Content.ALL,
        append ? DumpRestoreRequest.Filled.APPENDED : DumpRestoreRequest.Filled.REFUSED,
        noOwner ? DumpRestoreRequest.Owners.NONE : DumpRestoreRequest.Owners.KEPT,
        withGlobals ? DumpRestoreRequest.Globals.RESTORED : DumpRestoreRequest.Globals.LEFT_OUT,
        placement(),
        Optional.ofNullable(confirm),
        erasures(),
        Jobs.orDefault(jobs));
  }

  private Erasures erasures() {
    if (withoutErasures && scope != null) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "--scope says how rows are erased, and --without-erasures that none are",
          "Leave one of them out.");
    }
    return withoutErasures
        ? new Erasures.LeftOut()
        : new Erasures.Applied(Optional.ofNullable(scope).map(context.workingDirectory()::resolve));
  }

  private DumpRestoreRequest.Placement placement() {
    if (clean) {
      return DumpRestoreRequest.Placement.REPLACED;
    }
    return create ? DumpRestoreRequest.Placement.CREATED : DumpRestoreRequest.Placement.EXISTING;
  }

  private void print(List<DumpRestoreReport> reports) {
    context.answer(
        global,
        Map.of("databases", reports.stream().map(DumpRestoreReport::toMap).toList()),
        reports.stream().flatMap(report -> report.describe().stream()).toList());
    reports.forEach(report -> context.warn(report.warnings()));
  }
}
