package io.holdfast.cli;

import io.holdfast.base.ByteSize;
import io.holdfast.base.ErrorKind;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.maintenance.PruneOutcome;
import io.holdfast.engine.maintenance.PruneRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "prune",
    description = {
      "Remove what no backup needs. Backups may run meanwhile, on any machine, and so may other prunes.",
      "A backup that began before must end before packs go; the next prune goes on.",
      "Small objects of WAL are put together into large ones."
    })
final class PruneCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(names = "--dry-run", description = "Say what would be removed, and remove nothing.")
  boolean dryRun;

  @Option(
      names = "--max-unused",
      paramLabel = "PERCENT",
      description = "How much may stay unneeded before packs are written anew. Default: 5.")
  double maxUnused = PruneRequest.DEFAULT.unusedMaxPercent();

  @Option(
      names = "--bury-max",
      paramLabel = "PERCENT",
      description = "Which part of all packs one run may remove. Default: a third.")
  double buryMax = PruneRequest.DEFAULT.buryMaxPercent();

  @Option(
      names = "--wait",
      paramLabel = "MINUTES",
      description = "How long to wait for backups that run. Default: 0, the next prune goes on.")
  long waitMinutes;

  @Option(
      names = "--dead-after",
      paramLabel = "HOURS",
      description =
          "A backup that has said nothing for so long is ended; it can never be published then."
              + " Default: 24.")
  long deadAfterHours = PruneRequest.DEFAULT.silence().toHours();

  @Option(
      names = "--wal-without-backup",
      paramLabel = "SOURCE",
      description = {
        "Also remove WAL of this source's clusters of which no backup is kept, but for the newest.",
        "By default it stays: base backups made by others may need it. May be given several times."
      })
  List<String> walWithoutBackup = new ArrayList<>();

  @Option(
      names = "--renew-keys",
      paramLabel = "SIZE",
      description =
          "Also write packs anew that are sealed under older data keys, up to so much a run, for"
              + " example 20GiB: after 'key rotate'.")
  @Nullable String renewKeys;

  PruneCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    String size = renewKeys;
    PruneRequest request =
        new PruneRequest(
            maxUnused,
            buryMax,
            Duration.ofHours(deadAfterHours),
            Duration.ofMinutes(waitMinutes),
            Set.copyOf(walWithoutBackup),
            size == null ? new ByteSize(0) : Sizes.parse(size));
    Options options = context.options(global.flags(null, null, null));
    PruneOutcome outcome =
        context.on(
            global,
            options,
            (holdfast, watch) ->
                dryRun
                    ? holdfast.maintenance(watch).planPrune(request)
                    : holdfast.maintenance(watch).prune(request));
    context.answer(global, outcome.map(), outcome.lines());
    return outcome.isWhole() ? 0 : ErrorKind.CORRUPTION.exitStatus();
  }
}
