package io.holdfast.cli;

import io.holdfast.base.Secret;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.dump.DumpRestore;
import io.holdfast.engine.dump.DumpRestoreReport;
import io.holdfast.engine.dump.DumpRestoreRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "restore",
    description = "Put a database of a dump into an empty one, or some of its tables into any.")
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
      names = "--table",
      paramLabel = "NAME",
      description =
          "Restore only this table or view, with its rows, indexes, constraints, triggers and"
              + " privileges: schema.name, or name, with * and ?. The database need not be empty, but"
              + " must not have it. May be given several times.")
  List<String> tables = new ArrayList<>();

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
    Settings settings = context.settings(global.flags(null, null, null));
    context.warnOfPassword(url, "PGPASSWORD");
    DumpRestoreRequest request =
        new DumpRestoreRequest(
            backup,
            settings.source(),
            new Secret(url),
            Optional.ofNullable(database),
            tables,
            noOwner ? DumpRestoreRequest.Owners.NONE : DumpRestoreRequest.Owners.KEPT,
            globals ? DumpRestoreRequest.Globals.RESTORED : DumpRestoreRequest.Globals.LEFT_OUT,
            Jobs.orDefault(jobs));
    DumpRestoreReport report;
    try (var progress = context.progress(global);
        var repository = new RepositoryAccess(context.engine(progress)).open(settings)) {
      report = new DumpRestore(context.engine(progress), repository).run(request);
    }
    if (global.json) {
      context.json(report.toMap());
    } else {
      report.describe().forEach(context.out()::println);
    }
    report.warnings().forEach(warning -> context.err().println("warning: " + warning));
    return 0;
  }
}
