package io.holdfast.cli;

import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.wal.WalStatus;
import io.holdfast.engine.wal.WalStatusReport;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "status",
    description = {
      "Show what WAL the repository holds, the recovery window and its gaps, and, where a database"
          + " URL is known, lag and slot.",
    })
final class WalStatusCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(names = "--url", paramLabel = "URL", description = "Database. Default: $DATABASE_URL.")
  @Nullable String url;

  WalStatusCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Settings settings = context.settings(global.flags(null, url, null));
    WalStatusReport report;
    try (var progress = context.progress(global);
        var repository = new RepositoryAccess(context.engine(progress)).open(settings)) {
      report = new WalStatus(context.engine(progress), repository).inspect(settings);
    }
    if (global.json) {
      context.json(report.toMap());
    } else {
      report.describe().forEach(context.out()::println);
    }
    return 0;
  }
}
