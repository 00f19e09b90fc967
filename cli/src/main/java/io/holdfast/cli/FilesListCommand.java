package io.holdfast.cli;

import io.holdfast.engine.api.FileBackups;
import io.holdfast.engine.api.Options;
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
    Options options = context.options(global.flags(null, null, null));
    return context.on(global, options, (holdfast, watch) -> print(holdfast.files(watch)));
  }

  private int print(FileBackups files) {
    if (global.json) {
      var items = new JsonItems(context.out(), "entries");
      files.list(backup, entry -> items.add(entry.toMap()));
      items.end();
    } else {
      files.list(backup, entry -> context.out().println(entry.describe()));
    }
    return 0;
  }
}
