package io.holdfast.cli;

import io.holdfast.engine.Backups;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.report.BackupReportFile;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "show", description = "Show one backup.")
final class ShowCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Parameters(paramLabel = "BACKUP", description = "Name of a backup, or 'latest'.")
  String backup = "latest";

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Also write a report of it as a PDF file, which must not exist yet.")
  @Nullable String report;

  ShowCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Settings settings = context.settings(global.flags(null, null, null));
    try (var progress = context.progress(global);
        var repository = new RepositoryAccess(context.engine(progress)).open(settings)) {
      if (report != null) {
        new BackupReportFile(
                context.engine(progress),
                repository,
                String.join(" ", new Main.Version().getVersion()))
            .write(backup, settings.source(), context.workingDirectory().resolve(report));
      }
      Backups.Detail detail = new Backups(repository).show(backup, settings.source());
      if (global.json) {
        context.json(detail.map());
      } else {
        detail.text().forEach(context.out()::println);
      }
    }
    return 0;
  }
}
