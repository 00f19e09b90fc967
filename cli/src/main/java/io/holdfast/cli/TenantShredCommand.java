package io.holdfast.cli;

import io.holdfast.engine.tenant.TenantDomain;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "shred",
    description = {
      "Destroy all backups of one tenant, by destroying the keys of its domain.",
      "Its rows in the database stay, and those in backups of the whole database until these are"
          + " forgotten: the command says which these are."
    })
final class TenantShredCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin ShredOptions shred = new ShredOptions();

  @Option(
      names = "--scope",
      paramLabel = "NAME",
      required = true,
      description = "Name of the scope, such as 'account'.")
  String scope = "";

  @Option(names = "--id", paramLabel = "ID", required = true, description = "Which tenant.")
  String id = "";

  TenantShredCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return shred.run(context, TenantDomain.of(scope, id), "tenant", id);
  }
}
