package io.holdfast.cli;

import io.holdfast.engine.api.Options;
import io.holdfast.engine.export.ExportChoice;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "export", description = "Export the newest backup of a tenant, as 'export' does.")
final class TenantExportCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();
  @Mixin ExportOptions export = new ExportOptions();

  @Option(
      names = "--scope",
      paramLabel = "NAME",
      required = true,
      description = "The name in the scope map.")
  String scope = "";

  @Option(
      names = "--id",
      paramLabel = "ID",
      required = true,
      description = "Which row of the root's table.")
  String id = "";

  TenantExportCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Options options = context.options(global.flags(null, null, null));
    ExportChoice choice = new ExportChoice.Newest(scope, id, options.settings().source());
    ExportOptions.print(context, global, export.run(context, global, options, choice));
    return 0;
  }
}
