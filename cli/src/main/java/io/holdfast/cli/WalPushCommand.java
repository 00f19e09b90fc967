package io.holdfast.cli;

import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.wal.WalPush;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "push",
    description = {
      "Store one WAL file: for archive_command = 'holdfast wal push %%p'.",
      "The same file again is success; another file of the same name is an error."
    })
final class WalPushCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Parameters(paramLabel = "FILE", description = "Path of the WAL file.")
  Path file = Path.of("");

  WalPushCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    global.quiet = true;
    Settings settings = context.settings(global.flags(null, null, null));
    try (var progress = context.progress(global);
        var repository = new RepositoryAccess(context.engine(progress)).open(settings)) {
      String outcome =
          new WalPush(context.engine(progress), repository)
              .push(settings, context.workingDirectory().resolve(file));
      if (global.json) {
        context.json(Map.of("file", file.toString(), "outcome", outcome));
      }
    }
    return 0;
  }
}
