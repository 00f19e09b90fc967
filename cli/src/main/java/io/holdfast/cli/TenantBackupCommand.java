package io.holdfast.cli;

import io.holdfast.base.ErrorKind;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.config.Flags;
import io.holdfast.engine.copy.SpreadBackup;
import io.holdfast.engine.tenant.TenantBackupReport;
import io.holdfast.engine.tenant.TenantBackupRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "backup",
    description = {
      "Back up what belongs to one tenant, and nothing else.",
      "A scope map says which rows these are; 'holdfast scope discover' begins one."
    })
final class TenantBackupCommand implements Callable<Integer> {
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

  @Option(names = "--scope", paramLabel = "FILE", required = true, description = "The scope map.")
  Path scope = Path.of("");

  @Option(
      names = "--id",
      paramLabel = "ID",
      required = true,
      description = "Which row of the root's table.")
  String id = "";

  @Option(
      names = "--without",
      paramLabel = "GROUP",
      description = "Leave out this group of assets. May be given several times.")
  List<String> without = new ArrayList<>();

  @Option(
      names = "--skip",
      paramLabel = "TABLE",
      description =
          "Leave out the rows of this owned table: schema.table, or its export name. May be given"
              + " several times.")
  List<String> skipped = new ArrayList<>();

  @Option(
      names = "--store",
      paramLabel = "NAME=DIRECTORY|URL",
      description =
          "Where a store of the map's assets is: a directory, or s3://BUCKET/FOLDER. May be given several times.")
  Map<String, String> stores = new LinkedHashMap<>();

  @Option(
      names = "--lock-wait",
      paramLabel = "SECONDS",
      description = "How long to wait for others who change tables. Default: ${DEFAULT-VALUE}.")
  int lockWaitSeconds = 60;

  TenantBackupCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Flags flags = global.flags(null, url, directUrl);
    Options options = context.options(flags);
    TenantBackupRequest request =
        TenantBackupRequest.of(context.workingDirectory().resolve(scope), id)
            .withWithout(Set.copyOf(without))
            .withSkipped(skipped)
            .withStores(context.stores(stores))
            .withLockWait(Duration.ofSeconds(lockWaitSeconds));
    SpreadBackup.Spread<TenantBackupReport> spread =
        also.spread(
            context,
            global,
            flags,
            options,
            (holdfast, watch, others) -> holdfast.tenants(watch).backup(request, others));
    TenantBackupReport report = spread.report();
    if (global.json) {
      Map<String, Object> json = report.toMap();
      also.addTo(json, spread);
      context.json(json);
    } else {
      report.describe().forEach(context.out()::println);
      also.describe(spread).forEach(context.out()::println);
    }
    context.warn(report.warnings());
    return spread.isEverywhere() ? 0 : ErrorKind.PARTIAL.exitStatus();
  }
}
