package io.holdfast.cli;

import io.holdfast.engine.config.Settings;
import io.holdfast.engine.export.ExportChoice;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "export", description = "Export the newest backup of a tenant, as 'export' does.")
final class TenantExportCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();
  @Mixin ExportOptions options = new ExportOptions();

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
    Settings settings = context.settings(global.flags(null, null, null));
    ExportChoice choice = new ExportChoice.Newest(scope, id, settings.source());
    ExportOptions.print(context, global, options.run(context, global, settings, choice));
    return 0;
  }
}
