package io.holdfast.cli;

import io.holdfast.engine.tenant.TenantRestoreRequest.Aim;
import io.holdfast.engine.tenant.TenantRestoreRequest.Mode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "preview",
    description = {
      "Show what a restore of a tenant would do, table by table. Nothing is changed.",
      "The plan that it shows is what 'holdfast tenant restore' and 'undo' take."
    })
final class TenantPreviewCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin TenantRestoreOptions restore = new TenantRestoreOptions();
  @Mixin TenantPresetOptions preset = new TenantPresetOptions();

  @Option(names = "--undo", description = "Show what undoing the last restore would do.")
  boolean undo;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description =
          "Show up to N rows of each table and kind, with the values that change. They may be"
              + " personal. At most 50. Default: ${DEFAULT-VALUE}.")
  int rows;

  TenantPreviewCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Aim aim = undo ? new Aim.Undo() : preset.aim();
    return restore.run(context, aim, new Mode.Preview(rows));
  }
}
