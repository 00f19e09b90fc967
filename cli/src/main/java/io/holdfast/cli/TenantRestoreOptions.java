package io.holdfast.cli;

import io.holdfast.engine.api.Options;
import io.holdfast.engine.tenant.TenantRestoreReport;
import io.holdfast.engine.tenant.TenantRestoreRequest;
import io.holdfast.engine.tenant.TenantRestoreRequest.Aim;
import io.holdfast.engine.tenant.TenantRestoreRequest.Mode;
import io.holdfast.engine.tenant.TenantRestoreRequest.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What previews, restores and undoing of tenants have in common.
final class TenantRestoreOptions {
  @Mixin GlobalOptions global = new GlobalOptions();

  @Parameters(
      paramLabel = "BACKUP",
      arity = "0..1",
      description = "Name of a backup of this tenant. Default: the newest one.")
  String backup = "latest";

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
      names = "--scope",
      paramLabel = "FILE|NAME",
      required = true,
      description =
          "The scope map, or only the name of the scope: then the map of the backup is used.")
  String scope = "";

  @Option(names = "--id", paramLabel = "ID", required = true, description = "Which tenant.")
  String id = "";

  @Option(
      names = "--without",
      paramLabel = "GROUP",
      description = "Leave this group of assets as it is. May be given several times.")
  List<String> without = new ArrayList<>();

  @Option(
      names = "--store",
      paramLabel = "NAME=DIRECTORY|URL",
      description =
          "Where a store of the map's assets is: a directory, or s3://BUCKET/FOLDER. May be given several times.")
  Map<String, String> stores = new LinkedHashMap<>();

  @Option(
      names = "--lock-wait",
      paramLabel = "SECONDS",
      description = "How long to wait for others who hold rows. Default: ${DEFAULT-VALUE}.")
  int lockWaitSeconds = 60;

  /// A name has neither dots nor slashes.
  private Scope scopeOf(CommandContext context) {
    return scope.indexOf('.') < 0 && scope.indexOf('/') < 0
        ? new Scope.OfBackup(scope)
        : new Scope.OfFile(context.workingDirectory().resolve(scope));
  }

  int run(CommandContext context, Aim aim, Mode mode) {
    Options options = context.options(global.flags(null, url, directUrl));
    TenantRestoreRequest request =
        TenantRestoreRequest.of(scopeOf(context), id, aim, mode)
            .withBackup(backup)
            .withWithout(Set.copyOf(without))
            .withStores(context.stores(stores))
            .withLockWait(Duration.ofSeconds(lockWaitSeconds));
    TenantRestoreReport report =
        context.on(global, options, (holdfast, watch) -> holdfast.tenants(watch).restore(request));
    if (global.json) {
      context.json(report.toMap());
    } else {
      report.describe().forEach(context.out()::println);
    }
    report.warnings().forEach(warning -> context.err().println("warning: " + warning));
    return 0;
  }
}
