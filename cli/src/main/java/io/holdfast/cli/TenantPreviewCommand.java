package io.holdfast.cli;

import io.holdfast.engine.tenant.TenantRestoreRequest.Aim;
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
    name = "preview",
    description = {
      "Show what a restore of a tenant would do, table by table. Nothing is changed.",
      "The plan that it shows is what 'holdfast tenant restore' and 'undo' take."
    })
final class TenantPreviewCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin TenantRestoreOptions restore = new TenantRestoreOptions();

  @Option(
      names = "--preset",
      paramLabel = "PRESET",
      description =
          "create-missing: only what is missing. overwrite: also rows that changed. mirror: also"
              + " delete what came later. Default: ${DEFAULT-VALUE}.")
  String preset = "create-missing";

  @Option(
      names = "--skip",
      paramLabel = "TABLE",
      description = "Leave this table as it is. May be given several times.")
  List<String> skipped = new ArrayList<>();

  @Option(
      names = "--operator",
      paramLabel = "VALUE",
      description =
          "Who stands for rows of shared tables that are missing, where the map says"
              + " map-to-operator: the value of their natural key, such as an e-mail address.")
  @Nullable String operator;

  @Option(names = "--undo", description = "Show what undoing the last restore would do.")
  boolean undo;

  TenantPreviewCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Aim aim = undo ? new Aim.Undo() : Aim.restore(preset, skipped, Optional.ofNullable(operator));
    return restore.run(context, aim, new Mode.Preview());
  }
}
