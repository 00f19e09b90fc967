package io.holdfast.cli;

import io.holdfast.base.ErrorKind;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.maintenance.PruneRequest;
import io.holdfast.engine.maintenance.Repair;
import io.holdfast.engine.maintenance.RepairOutcome;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "repair",
    description = {
      "Mend a damaged repository: write a lost index anew, take damaged packs out of use so that the next backup stores again what they held, replace a damaged maintenance state. Deletes nothing.",
      "Names the backups and files that are hit. Backups may run meanwhile. Exit status 4 while anything is damaged."
    })
final class RepairCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(names = "--dry-run", description = "Say what would be mended, and change nothing.")
  boolean dryRun;

  @Option(
      names = "--read-all",
      description =
          "Read every pack, and the WAL that backups need, to find damage. Default: packs that"
              + " 'verify' has found damaged are read again.")
  boolean readAll;

  @Option(
      names = "--wait",
      paramLabel = "MINUTES",
      description = "How long to wait for backups that run, where repair must. Default: 0.")
  long waitMinutes;

  @Option(
      names = "--dead-after",
      paramLabel = "HOURS",
      description =
          "A backup that has said nothing for so long is ended where repair must wait for it."
              + " Default: 24.")
  long deadAfterHours = PruneRequest.DEFAULT.silence().toHours();

  RepairCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Repair.Request request =
        new Repair.Request(
            readAll ? Repair.Read.ALL : Repair.Read.KNOWN,
            Duration.ofHours(deadAfterHours),
            Duration.ofMinutes(waitMinutes));
    Options options = context.options(global.flags(null, null, null));
    RepairOutcome outcome =
        context.on(
            global,
            options,
            (holdfast, watch) ->
                dryRun
                    ? holdfast.maintenance(watch).planRepair(request)
                    : holdfast.maintenance(watch).repair(request));
    context.answer(global, outcome.map(), outcome.lines());
    return outcome.isWhole() ? 0 : ErrorKind.CORRUPTION.exitStatus();
  }
}
