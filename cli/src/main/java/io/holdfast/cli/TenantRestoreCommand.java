package io.holdfast.cli;

import io.holdfast.engine.tenant.TenantRestoreRequest.Blocked;
import io.holdfast.engine.tenant.TenantRestoreRequest.Mode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "restore",
    description = {
      "Bring rows of one tenant back, in one transaction, as 'holdfast tenant preview' showed.",
      "What was there before is backed up first; 'holdfast tenant undo' takes the restore back."
    })
final class TenantRestoreCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin TenantRestoreOptions restore = new TenantRestoreOptions();
  @Mixin TenantPresetOptions preset = new TenantPresetOptions();

  @Option(
      names = "--plan",
      paramLabel = "PLAN",
      required = true,
      description = "The plan that the preview showed. If it is another now, nothing is changed.")
  String plan = "";

  @Option(names = "--leave-blocked", description = "Restore the others if rows are blocked.")
  boolean leaveBlocked;

  TenantRestoreCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return restore.run(
        context,
        preset.aim(),
        new Mode.Apply(plan, leaveBlocked ? Blocked.LEFT_OUT : Blocked.REFUSED));
  }
}
