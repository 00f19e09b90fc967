package io.holdfast.cli;

import io.holdfast.base.ErrorKind;
import io.holdfast.engine.api.Options;
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
    Options options = context.options(global.flags(null, null, null));
    CheckReport report =
        context.on(global, options, (holdfast, watch) -> holdfast.maintenance(watch).check());
    context.answer(global, report.toMap(), report.describe());
    return report.isClean() ? 0 : ErrorKind.CORRUPTION.exitStatus();
  }
}
