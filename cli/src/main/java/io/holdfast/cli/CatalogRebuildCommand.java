package io.holdfast.cli;

import io.holdfast.engine.api.ServerProgram;
import io.holdfast.engine.api.ServerProgram.Extent;
import io.holdfast.engine.api.ServerProgram.Rebuilt;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "rebuild",
    description = {
      "Make a lost catalog of the server anew from what it saved in the repository: users, tokens,"
          + " accounts with their settings, schedules, audit log.",
      "The database of $CATALOG_URL must be empty, or the directory of the embedded catalog absent:"
          + " nothing is written over. Stop 'holdfast serve' first."
    })
final class CatalogRebuildCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(
      names = "--from",
      paramLabel = "NAME",
      description =
          "The saved catalog, as 'catalog list' names it. Default: the newest, if all are of one"
              + " server.")
  @Nullable String from;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Directory of the embedded catalog, as of 'holdfast serve'.")
  @Nullable String data;

  @Option(names = "--dry-run", description = "Say what would be rebuilt, and change nothing.")
  boolean dryRun;

  CatalogRebuildCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Rebuilt rebuilt =
        ServeCommand.program()
            .rebuildCatalog(
                context.configuration(),
                new ServerProgram.RebuildRequest(
                    global.flags(null, null, null),
                    Optional.ofNullable(data).map(context.workingDirectory()::resolve),
                    Optional.ofNullable(from),
                    dryRun ? Extent.PLAN : Extent.ALL));
    context.answer(global, rebuilt.document(), rebuilt.lines());
    return 0;
  }
}
