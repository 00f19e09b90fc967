package io.holdfast.cli;

import io.holdfast.base.ErrorKind;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.backup.BackupReport;
import io.holdfast.engine.backup.BackupRequest;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.config.Flags;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.copy.SpreadBackup;
import io.holdfast.engine.verify.ReadBack;
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
    Settings settings = context.settings(flags);
    BackupRequest request = new BackupRequest(type, checkpoint);
    SpreadBackup.Spread<BackupReport> spread;
    try (var progress = context.progress(global)) {
      EngineContext engine = context.engine(progress);
      spread =
          SpreadBackup.run(
              also.places(context, flags, settings, progress),
              (repository, its) -> {
                BackupReport made = new PhysicalBackup(engine, repository).run(its, request);
                return made.with(new ReadBack(engine, repository).after(made.backup()));
              },
              BackupReport::name);
    }
    BackupReport report = spread.report();
    if (global.json) {
      Map<String, Object> json = report.toMap();
      also.addTo(json, spread);
      context.json(json);
    } else {
      report.describe().forEach(context.out()::println);
      also.describe(spread).forEach(context.out()::println);
    }
    report.warnings().forEach(warning -> context.err().println("warning: " + warning));
    if (report.isDamaged()) {
      return ErrorKind.CORRUPTION.exitStatus();
    }
    return spread.isEverywhere() ? 0 : ErrorKind.PARTIAL.exitStatus();
  }
}
