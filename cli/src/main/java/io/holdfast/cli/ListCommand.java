package io.holdfast.cli;

import io.holdfast.base.ErrorKind;
import io.holdfast.engine.Backups;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.api.Snapshots;
import io.holdfast.engine.config.Settings;
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
    Options options = context.options(global.flags(null, null, null));
    return context.on(
        global, options, (holdfast, watch) -> print(holdfast.snapshots(watch), options.settings()));
  }

  private int print(Snapshots snapshots, Settings settings) {
    Backups.Listing listing =
        global.source == null ? snapshots.list() : snapshots.listOf(settings.source());
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
      context.out().println(snapshots.proved().text());
    }
    context.warn(listing.warnings());
    return listing.warnings().isEmpty() ? 0 : ErrorKind.CORRUPTION.exitStatus();
  }
}
