package io.holdfast.cli;

import io.holdfast.engine.api.FileBackups;
import io.holdfast.engine.api.Options;
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
    Options options = context.options(global.flags(null, null, null));
    return context.on(global, options, (holdfast, watch) -> print(holdfast.files(watch)));
  }

  private int print(FileBackups files) {
    if (global.json) {
      var items = new JsonItems(context.out(), "changes");
      files.compare(from, to, change -> items.add(change.toMap()));
      items.end();
    } else {
      files.compare(from, to, change -> context.out().println(change.describe()));
    }
    return 0;
  }
}
