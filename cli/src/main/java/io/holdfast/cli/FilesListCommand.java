package io.holdfast.cli;

import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.files.FilesListing;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "list", description = "List what a backup of files holds, times in UTC.")
final class FilesListCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Parameters(paramLabel = "BACKUP", description = "Name of a backup, or 'latest'.")
  String backup = "latest";

  FilesListCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Settings settings = context.settings(global.flags(null, null, null));
    try (var progress = context.progress(global);
        var repository = new RepositoryAccess(context.engine(progress)).open(settings)) {
      FilesListing listing = new FilesListing(repository);
      if (global.json) {
        var items = new JsonItems(context.out(), "entries");
        listing.list(backup, settings.source(), entry -> items.add(entry.toMap()));
        items.end();
      } else {
        listing.list(backup, settings.source(), entry -> context.out().println(entry.describe()));
      }
    }
    return 0;
  }
}
