package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.verify.BudgetReport;
import io.holdfast.engine.verify.BudgetVerify;
import io.holdfast.engine.verify.VerifyReport;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "verify",
    description = {
      "Read a backup back, every byte, with the WAL it needs, and compare it with what was stored.",
      "Exit status 4 if anything is damaged or missing."
    })
final class VerifyCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Parameters(arity = "0..1", paramLabel = "BACKUP", description = "Name of a backup, or 'latest'.")
  @Nullable String backup;

  @Option(names = "--all", description = "Everything in the repository.")
  boolean all;

  @Option(
      names = "--budget",
      paramLabel = "SIZE",
      description = {
        "Read packs back until SIZE (such as 50GiB) is used up, those first that were proved longest ago,",
        "and write down in the repository what was proved."
      })
  @Nullable String budget;

  @Option(
      names = "--per-day",
      description = "With --budget: what was read since midnight UTC counts.")
  boolean perDay;

  VerifyCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    String wanted = backup;
    String size = budget;
    if (size != null) {
      return withinBudget(size, wanted);
    }
    if (perDay) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "--per-day was given without --budget",
          "Use 'holdfast verify --budget 50GiB --per-day'.");
    }
    if (all == (wanted != null)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          all ? "both a backup and --all were given" : "no backup was named",
          "Use 'holdfast verify latest', 'holdfast verify BACKUP', 'holdfast verify --all' or 'holdfast"
              + " verify --budget 50GiB'.");
    }
    Options options = context.options(global.flags(null, null, null));
    VerifyReport report =
        context.on(
            global,
            options,
            (holdfast, watch) ->
                wanted == null
                    ? holdfast.maintenance(watch).verifyAll()
                    : holdfast.maintenance(watch).verify(wanted));
    context.answer(global, report.toMap(), report.describe());
    return report.isClean() ? 0 : ErrorKind.CORRUPTION.exitStatus();
  }

  private int withinBudget(String size, @Nullable String wanted) {
    if (all || wanted != null) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "--budget reads packs, whichever backup they belong to",
          "Leave out the backup and --all.");
    }
    Options options = context.options(global.flags(null, null, null));
    BudgetReport report =
        context.on(
            global,
            options,
            (holdfast, watch) ->
                holdfast
                    .maintenance(watch)
                    .verifyWithin(
                        Sizes.parse(size), perDay ? BudgetVerify.Per.DAY : BudgetVerify.Per.RUN));
    context.answer(global, report.toMap(), report.describe());
    context.warn(report.warnings());
    return report.isClean() ? 0 : ErrorKind.CORRUPTION.exitStatus();
  }
}
