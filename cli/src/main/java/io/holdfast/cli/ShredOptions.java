package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.keys.Shred;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What commands that destroy keys of a domain have in common.
final class ShredOptions {
  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(
      names = "--dry-run",
      description = "Say what would be shredded and what that does not reach; change nothing.")
  boolean dryRun;

  @Option(
      names = "--confirm",
      paramLabel = "NAME",
      description = "What is to be shredded, once more: without it nothing is done.")
  String confirm = "";

  @Option(
      names = "--although-kept",
      description =
          "Close the domain and delete what can be deleted, although the store keeps deleted"
              + " objects: that destroys nothing yet.")
  boolean althoughKept;

  /// @param what is shredded, in a word
  /// @param name by which it was asked for, which has to be repeated
  int run(CommandContext context, String domain, String what, String name) {
    if (!dryRun && !confirm.equals(name)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          confirm.isEmpty()
              ? "nothing was done, because shredding cannot be undone and was not confirmed"
              : "nothing was done, because --confirm names another " + what,
          "See what it would do with --dry-run, then repeat its name, '"
              + name
              + "', with --confirm.");
    }
    Options options = context.options(global.flags(null, null, null));
    Shred.KeptKeys kept = althoughKept ? Shred.KeptKeys.ACCEPTED : Shred.KeptKeys.REFUSED;
    Shred.Outcome outcome =
        context.on(
            global,
            options,
            (holdfast, watch) ->
                dryRun
                    ? holdfast.keys(watch).planShred(domain)
                    : holdfast.keys(watch).shred(domain, kept));
    context.answer(global, outcome.map(), outcome.lines());
    return 0;
  }
}
