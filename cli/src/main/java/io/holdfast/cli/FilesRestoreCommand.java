package io.holdfast.cli;

import io.holdfast.base.ErrorKind;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.files.FilesRestorePlan;
import io.holdfast.engine.files.FilesRestoreReport;
import io.holdfast.engine.files.FilesRestoreRequest;
import io.holdfast.engine.files.FilesRestoreRequest.Existing;
import io.holdfast.engine.files.FilesRestoreRequest.Owners;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "restore",
    description = {
      "Restore files of a backup below a directory, all or those at and below some paths.",
      "Nothing is written outside of that directory, whatever the backup holds."
    })
final class FilesRestoreCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Parameters(index = "0", paramLabel = "BACKUP", description = "Name of a backup, or 'latest'.")
  String backup = "latest";

  @Parameters(
      index = "1..*",
      paramLabel = "PATH",
      description = "Paths as they were on the source. Default: everything.")
  List<String> paths = new ArrayList<>();

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIR",
      description = "Where to restore: /etc/hosts of the source becomes DIR/etc/hosts.")
  Path to = Path.of(".");

  @Option(
      names = "--delta",
      description =
          "DIR may hold files: what differs from the backup, by size and time, is replaced; what is"
              + " not in the backup stays.")
  boolean delta;

  @Option(
      names = "--checksum",
      description = "With --delta: compare the content of files, not their size and time.")
  boolean checksum;

  @Option(
      names = "--numeric-ids",
      description = "Give files to the numbers in the backup, not to users and groups by name.")
  boolean numericIds;

  @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
  boolean dryRun;

  FilesRestoreCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Options options = context.options(global.flags(null, null, null));
    Existing existing =
        checksum ? Existing.UPDATE_BY_CONTENT : delta ? Existing.UPDATE : Existing.REFUSE;
    FilesRestoreRequest request =
        new FilesRestoreRequest(
            backup,
            options.settings().source(),
            context.workingDirectory().resolve(to).normalize(),
            paths,
            existing,
            numericIds ? Owners.BY_NUMBER : Owners.BY_NAME);
    return context.on(
        global,
        options,
        (holdfast, watch) -> {
          FilesRestorePlan plan = holdfast.files(watch).plan(request);
          if (dryRun) {
            context.answer(global, plan.toMap(), plan.describe());
            return 0;
          }
          return print(holdfast.files(watch).restore(plan));
        });
  }

  private int print(FilesRestoreReport report) {
    context.answer(global, report.toMap(), report.describe());
    context.warn(report.warnings());
    return report.isComplete() ? 0 : ErrorKind.PARTIAL.exitStatus();
  }
}
