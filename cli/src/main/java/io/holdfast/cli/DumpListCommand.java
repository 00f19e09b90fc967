package io.holdfast.cli;

import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.dump.DumpListing;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "list", description = "List the databases and tables of a dump.")
final class DumpListCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Parameters(paramLabel = "BACKUP", description = "Name of a dump, or 'latest'.")
  String backup = "latest";

  DumpListCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Settings settings = context.settings(global.flags(null, null, null));
    try (var progress = context.progress(global);
        var repository = new RepositoryAccess(context.engine(progress)).open(settings)) {
      DumpListing.Listing listing = new DumpListing(repository).list(backup, settings.source());
      if (global.json) {
        context.json(listing.map());
      } else {
        listing.lines().forEach(context.out()::println);
      }
    }
    return 0;
  }
}
