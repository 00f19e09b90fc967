package io.holdfast.cli;

import io.holdfast.engine.Backups;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.api.Snapshots;
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
    Options options = context.options(global.flags(null, null, null));
    Backups.Detail detail =
        context.on(global, options, (holdfast, watch) -> show(holdfast.snapshots(watch)));
    context.answer(global, detail.map(), detail.text());
    return 0;
  }

  private Backups.Detail show(Snapshots snapshots) {
    if (report != null) {
      snapshots.writeReport(
          backup,
          context.workingDirectory().resolve(report),
          String.join(" ", new Main.Version().getVersion()));
    }
    return snapshots.show(backup);
  }
}
