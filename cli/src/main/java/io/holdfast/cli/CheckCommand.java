package io.holdfast.cli;

import io.holdfast.base.ErrorKind;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.verify.Check;
import io.holdfast.engine.verify.CheckReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "check",
    description = {
      "See whether everything is there that backups need, without reading their data: keys, lists, index, packs by their length, WAL by its names.",
      "Exit status 4 if anything is damaged or missing. 'holdfast verify' reads the data too."
    })
final class CheckCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  CheckCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Settings settings = context.settings(global.flags(null, null, null));
    CheckReport report;
    try (var progress = context.progress(global);
        var repository = new RepositoryAccess(context.engine(progress)).open(settings)) {
      report = new Check(context.engine(progress), repository).run();
    }
    if (global.json) {
      context.json(report.toMap());
    } else {
      report.describe().forEach(context.out()::println);
    }
    return report.isClean() ? 0 : ErrorKind.CORRUPTION.exitStatus();
  }
}
