package io.holdfast.cli;

import io.holdfast.base.ErrorKind;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.backup.BackupReport;
import io.holdfast.engine.backup.BackupRequest;
import io.holdfast.engine.config.Flags;
import io.holdfast.engine.copy.SpreadBackup;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "backup",
    description = {
      "Back up a running cluster over the replication protocol.",
      "Both types read everything, store only what is new, and restore alone; an incremental one"
          + " records its parent."
    })
final class BackupCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();
  @Mixin AlsoOptions also = new AlsoOptions();

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Database. Default: $DATABASE_URL, else $POSTGRES_URL.")
  @Nullable String url;

  @Option(
      names = "--direct-url",
      paramLabel = "URL",
      description = "The same server without a pooler. Default: $DIRECT_URL, else --url.")
  @Nullable String directUrl;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "full or incremental. Default: ${DEFAULT-VALUE}.")
  BackupRequest.Type type = BackupRequest.Type.FULL;

  @Option(
      names = "--checkpoint",
      paramLabel = "HOW",
      description = "fast (default) or spread, which is gentler and starts later.")
  BackupRequest.Checkpoint checkpoint = BackupRequest.Checkpoint.FAST;

  BackupCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Flags flags = global.flags(null, url, directUrl);
    Options options = context.options(flags);
    BackupRequest request = new BackupRequest(type, checkpoint);
    SpreadBackup.Spread<BackupReport> spread =
        also.spread(
            context,
            global,
            flags,
            options,
            (holdfast, watch, others) -> holdfast.clusters(watch).backup(request, others));
    BackupReport report = spread.report();
    if (global.json) {
      Map<String, Object> json = report.toMap();
      also.addTo(json, spread);
      context.json(json);
    } else {
      report.describe().forEach(context.out()::println);
      also.describe(spread).forEach(context.out()::println);
    }
    context.warn(report.warnings());
    if (report.isDamaged()) {
      return ErrorKind.CORRUPTION.exitStatus();
    }
    return spread.isEverywhere() ? 0 : ErrorKind.PARTIAL.exitStatus();
  }
}
