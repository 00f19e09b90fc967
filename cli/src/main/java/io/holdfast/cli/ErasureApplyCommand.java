package io.holdfast.cli;

import io.holdfast.engine.api.Options;
import io.holdfast.engine.tenant.ErasureReport;
import io.holdfast.engine.tenant.ErasureRun;
import io.holdfast.engine.tenant.ErasureRun.Mode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "apply",
    description = {
      "Delete from a database what was erased, all of it in one transaction or nothing.",
      "Rows of other tenants never change. It may be repeated: what is not there is passed over."
    })
final class ErasureApplyCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

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
      names = "--database",
      paramLabel = "NAME",
      description =
          "Take the erasures of this database, where the one of the URL has another name than it"
              + " had.")
  @Nullable String database;

  @Option(
      names = "--scope",
      paramLabel = "FILE",
      description =
          "A scope map that fits the database. Default: the one that was written down, or that of"
              + " the newest backup.")
  @Nullable Path scope;

  @Option(
      names = "--dry-run",
      description = "Do it, count, and take it back: what is shown is what would be deleted.")
  boolean dryRun;

  @Option(
      names = "--confirm",
      paramLabel = "DATABASE",
      description = "The name of the database once more: without it nothing is deleted.")
  String confirm = "";

  @Option(
      names = "--lock-wait",
      paramLabel = "SECONDS",
      description = "How long to wait for others who hold rows. Default: ${DEFAULT-VALUE}.")
  int lockWaitSeconds = 60;

  ErasureApplyCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Options options = context.options(global.flags(null, url, directUrl));
    ErasureRun.Request request =
        new ErasureRun.Request(
            options.settings().source(),
            Optional.ofNullable(database),
            Optional.ofNullable(scope).map(context.workingDirectory()::resolve),
            dryRun ? Mode.PREVIEW : Mode.APPLY,
            Duration.ofSeconds(lockWaitSeconds));
    ErasureReport report =
        context.on(
            global, options, (holdfast, watch) -> holdfast.erasures(watch).apply(request, confirm));
    context.answer(global, report.toMap(), report.describe());
    return 0;
  }
}
