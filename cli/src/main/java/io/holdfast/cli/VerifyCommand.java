package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.verify.BudgetReport;
import io.holdfast.engine.verify.BudgetVerify;
import io.holdfast.engine.verify.Verify;
import io.holdfast.engine.verify.VerifyReport;
import io.holdfast.engine.verify.VerifySettings;
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
    Settings settings = context.settings(global.flags(null, null, null));
    VerifyReport report;
    try (var progress = context.progress(global);
        var repository = new RepositoryAccess(context.engine(progress)).open(settings)) {
      Verify verify = new Verify(context.engine(progress), repository);
      report = wanted == null ? verify.all() : verify.one(wanted, settings.source());
    }
    if (global.json) {
      context.json(report.toMap());
    } else {
      report.describe().forEach(context.out()::println);
    }
    return report.isClean() ? 0 : ErrorKind.CORRUPTION.exitStatus();
  }

  private int withinBudget(String size, @Nullable String wanted) {
    if (all || wanted != null) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "--budget reads packs, whichever backup they belong to",
          "Leave out the backup and --all.");
    }
    Settings settings = context.settings(global.flags(null, null, null));
    BudgetReport report;
    try (var progress = context.progress(global);
        var repository = new RepositoryAccess(context.engine(progress)).open(settings)) {
      EngineContext engine = context.engine(progress);
      long days = VerifySettings.of(engine.environment()).provedWithinDays();
      report =
          new BudgetVerify(engine, repository)
              .run(Sizes.parse(size), perDay ? BudgetVerify.Per.DAY : BudgetVerify.Per.RUN, days);
    }
    if (global.json) {
      context.json(report.toMap());
    } else {
      report.describe().forEach(context.out()::println);
    }
    report.warnings().forEach(warning -> context.err().println("warning: " + warning));
    return report.isClean() ? 0 : ErrorKind.CORRUPTION.exitStatus();
  }
}
