package io.holdfast.cli;

import io.holdfast.engine.api.Options;
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
    Options options = context.options(global.flags(null, null, null));
    DumpListing.Listing listing =
        context.on(global, options, (holdfast, watch) -> holdfast.dumps(watch).list(backup));
    context.answer(global, listing.map(), listing.lines());
    return 0;
  }
}
