package io.holdfast.cli;

import io.holdfast.engine.tenant.TenantRestoreRequest.Aim;
import io.holdfast.engine.tenant.TenantRestoreRequest.Blocked;
import io.holdfast.engine.tenant.TenantRestoreRequest.Mode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "undo",
    description = {
      "Take a restore of a tenant back, row by row, as 'holdfast tenant preview --undo' showed.",
      "Rows that somebody changed since are left alone."
    })
final class TenantUndoCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin TenantRestoreOptions restore = new TenantRestoreOptions();

  @Option(
      names = "--plan",
      paramLabel = "PLAN",
      required = true,
      description = "The plan that the preview showed. If it is another now, nothing is changed.")
  String plan = "";

  @Option(
      names = "--leave-blocked",
      description = "Take the others back if rows were changed since.")
  boolean leaveBlocked;

  TenantUndoCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return restore.run(
        context,
        new Aim.Undo(),
        new Mode.Apply(plan, leaveBlocked ? Blocked.LEFT_OUT : Blocked.REFUSED));
  }
}
