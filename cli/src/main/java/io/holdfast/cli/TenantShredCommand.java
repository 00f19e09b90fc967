package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.keys.Shred;
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

  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(
      names = "--scope",
      paramLabel = "NAME",
      required = true,
      description = "Name of the scope, such as 'account'.")
  String scope = "";

  @Option(names = "--id", paramLabel = "ID", required = true, description = "Which tenant.")
  String id = "";

  @Option(
      names = "--dry-run",
      description = "Say what would be shredded and what that does not reach; change nothing.")
  boolean dryRun;

  @Option(
      names = "--confirm",
      paramLabel = "ID",
      description = "The id once more: without it nothing is done.")
  String confirm = "";

  @Option(
      names = "--although-kept",
      description =
          "Close the domain and delete what can be deleted, although the store keeps deleted"
              + " objects: that destroys nothing yet.")
  boolean althoughKept;

  TenantShredCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (!dryRun && !confirm.equals(id)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          confirm.isEmpty()
              ? "nothing was done, because shredding cannot be undone and was not confirmed"
              : "nothing was done, because --confirm names another tenant",
          "See what it would do with --dry-run, then repeat the id with --confirm.");
    }
    var settings = context.settings(global.flags(null, null, null));
    String domain = TenantDomain.of(scope, id);
    Shred.Outcome outcome;
    try (var progress = context.progress(global);
        var repository = new RepositoryAccess(context.engine(progress)).open(settings)) {
      Shred shred = new Shred(repository);
      Shred.KeptKeys kept = althoughKept ? Shred.KeptKeys.ACCEPTED : Shred.KeptKeys.REFUSED;
      outcome = dryRun ? shred.plan(domain) : shred.run(domain, kept);
    }
    if (global.json) {
      context.json(outcome.map());
    } else {
      outcome.lines().forEach(context.out()::println);
    }
    return 0;
  }
}
