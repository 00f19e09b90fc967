package io.holdfast.cli;

import io.holdfast.engine.api.Options;
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
    Options options = context.options(global.flags(null, null, null));
    Path named = context.workingDirectory().resolve(file);
    String outcome =
        context.on(global, options, (holdfast, watch) -> holdfast.wal(watch).push(named));
    if (global.json) {
      context.json(Map.of("file", file.toString(), "outcome", outcome));
    }
    return 0;
  }
}
