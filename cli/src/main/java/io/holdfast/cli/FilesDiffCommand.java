package io.holdfast.cli;

import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.files.FilesListing;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "diff",
    description = {
      "Show what differs between two backups of files.",
      "+ added, - removed, M other content, m other metadata, T of another type."
    })
final class FilesDiffCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Parameters(index = "0", paramLabel = "A", description = "Name of a backup, or 'latest'.")
  String from = "latest";

  @Parameters(index = "1", paramLabel = "B", description = "Name of a backup, or 'latest'.")
  String to = "latest";

  FilesDiffCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Settings settings = context.settings(global.flags(null, null, null));
    try (var progress = context.progress(global);
        var repository = new RepositoryAccess(context.engine(progress)).open(settings)) {
      FilesListing listing = new FilesListing(repository);
      if (global.json) {
        var items = new JsonItems(context.out(), "changes");
        listing.diff(from, to, settings.source(), change -> items.add(change.toMap()));
        items.end();
      } else {
        listing.diff(
            from, to, settings.source(), change -> context.out().println(change.describe()));
      }
    }
    return 0;
  }
}
