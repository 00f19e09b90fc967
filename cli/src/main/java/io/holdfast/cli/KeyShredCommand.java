package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.keys.Shred;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "shred",
    description = {
      "Destroy the keys of a domain: nothing in it can be read again, by any key.",
      "Its backups are gone at once and for ever, and the domain takes no more. The domain 'main'"
          + " and those of write-ahead log cannot be shredded. What was begun and not completed is"
          + " completed by the next run."
    })
final class KeyShredCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Parameters(paramLabel = "DOMAIN", description = "Its name; 'holdfast key list' shows all.")
  String domain = "";

  @Option(
      names = "--dry-run",
      description = "Say what would be shredded and what that does not reach; change nothing.")
  boolean dryRun;

  @Option(
      names = "--confirm",
      paramLabel = "DOMAIN",
      description = "The name once more: without it nothing is done.")
  String confirm = "";

  @Option(
      names = "--although-kept",
      description =
          "Close the domain and delete what can be deleted, although the store keeps deleted"
              + " objects: that destroys nothing yet.")
  boolean althoughKept;

  KeyShredCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (!dryRun && !confirm.equals(domain)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          confirm.isEmpty()
              ? "nothing was done, because shredding cannot be undone and was not confirmed"
              : "nothing was done, because --confirm names another domain",
          "See what it would do with --dry-run, then repeat the name of the domain with --confirm.");
    }
    var settings = context.settings(global.flags(null, null, null));
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
