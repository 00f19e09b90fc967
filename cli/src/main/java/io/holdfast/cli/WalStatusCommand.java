package io.holdfast.cli;

import io.holdfast.engine.api.Options;
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
    Options options = context.options(global.flags(null, url, null));
    WalStatusReport report =
        context.on(global, options, (holdfast, watch) -> holdfast.wal(watch).status());
    context.answer(global, report.toMap(), report.describe());
    return 0;
  }
}
