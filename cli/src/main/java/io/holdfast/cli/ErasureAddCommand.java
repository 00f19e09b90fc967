package io.holdfast.cli;

import io.holdfast.engine.api.Options;
import io.holdfast.engine.tenant.ErasureRequest;
import io.holdfast.engine.tenant.ScopeAnswer;
import io.holdfast.engine.tenant.TenantRestoreRequest.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "add",
    description = {
      "Write down that a tenant, or one row of a tenant, was erased: no restore brings it back.",
      "With a row goes everything that belongs to the tenant by it and everything that the database"
          + " would delete along with it. Nothing is deleted by this command."
    })
final class ErasureAddCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();
  @Mixin ErasureReasonOptions reason = new ErasureReasonOptions();

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
          "The scope map, or only the name of the scope: then the map of its newest backup is"
              + " used.")
  String scope = "";

  @Option(names = "--id", paramLabel = "ID", required = true, description = "Which tenant.")
  String id = "";

  @Option(
      names = "--table",
      paramLabel = "TABLE",
      description = "The table of the row, such as public.clients. Default: the whole tenant.")
  @Nullable String table;

  @Option(
      names = "--key",
      paramLabel = "COLUMN=VALUE",
      description = "The row. Given once for each column of the table's key.")
  Map<String, String> key = new LinkedHashMap<>();

  ErasureAddCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Options options = context.options(global.flags(null, url, directUrl));
    ErasureRequest request =
        new ErasureRequest(
            scope.indexOf('.') < 0 && scope.indexOf('/') < 0
                ? new Scope.OfBackup(scope)
                : new Scope.OfFile(context.workingDirectory().resolve(scope)),
            id,
            Optional.ofNullable(table),
            new TreeMap<>(key),
            reason.reason,
            reason.by);
    ScopeAnswer answer =
        context.on(global, options, (holdfast, watch) -> holdfast.erasures(watch).add(request));
    return ErasureListCommand.print(context, global, answer);
  }
}
