package io.holdfast.cli;

import io.holdfast.base.ErrorKind;
import io.holdfast.engine.Backups;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.verify.ProofCoverage;
import io.holdfast.engine.verify.VerifySettings;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "list",
    description = {
      "List the backups of the repository, or with --source those of one source.",
      "Exit status 4, with warnings on stderr, if the list is damaged and may hide a backup."
    })
final class ListCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(
      names = "--proved",
      description =
          "Say below the table how much was read back lately. Reads the whole index; not with --json.")
  boolean proved;

  ListCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Settings settings = context.settings(global.flags(null, null, null));
    try (var progress = context.progress(global);
        var repository = new RepositoryAccess(context.engine(progress)).open(settings)) {
      Backups.Listing listing =
          new Backups(repository)
              .list(global.source == null ? Optional.empty() : Optional.of(settings.source()));
      if (global.json) {
        context.json(listing.maps());
      } else if (listing.isEmpty() && !listing.warnings().isEmpty()) {
        context.out().println("no backups that can be read in " + settings.repository());
      } else if (listing.isEmpty()) {
        context
            .out()
            .println(
                "no backups"
                    + (global.source == null ? "" : " of source " + settings.source())
                    + " yet in "
                    + settings.repository());
      } else {
        listing.table().forEach(context.out()::println);
      }
      if (proved && !global.json) {
        context.out().println(coverage(context.engine(progress), repository));
      }
      listing.warnings().forEach(warning -> context.err().println("warning: " + warning));
      return listing.warnings().isEmpty() ? 0 : ErrorKind.CORRUPTION.exitStatus();
    }
  }

  private static String coverage(EngineContext engine, OpenRepository repository) {
    long days = VerifySettings.of(engine.environment()).provedWithinDays();
    return ProofCoverage.look(repository, engine.clock().instant(), days).text();
  }
}
