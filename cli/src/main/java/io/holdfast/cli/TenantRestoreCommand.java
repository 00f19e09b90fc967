package io.holdfast.cli;

import io.holdfast.engine.tenant.TenantRestoreRequest.Aim;
import io.holdfast.engine.tenant.TenantRestoreRequest.Blocked;
import io.holdfast.engine.tenant.TenantRestoreRequest.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

  @Option(
      names = "--preset",
      paramLabel = "PRESET",
      description = "As for the preview. Default: ${DEFAULT-VALUE}.")
  String preset = "create-missing";

  @Option(
      names = "--skip",
      paramLabel = "TABLE",
      description = "As for the preview. May be given several times.")
  List<String> skipped = new ArrayList<>();

  @Option(
      names = "--operator",
      paramLabel = "VALUE",
      description =
          "Who stands for rows of shared tables that are missing, where the map says"
              + " map-to-operator: the value of their natural key, such as an e-mail address.")
  @Nullable String operator;

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
        Aim.restore(preset, skipped, Optional.ofNullable(operator)),
        new Mode.Apply(plan, leaveBlocked ? Blocked.LEFT_OUT : Blocked.REFUSED));
  }
}
