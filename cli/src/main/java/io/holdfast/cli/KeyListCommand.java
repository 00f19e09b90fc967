package io.holdfast.cli;

import io.holdfast.engine.keys.KeyReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "list",
    description = {
      "List who may open the repository, and how old the keys of its data are.",
      "Data keys of 90 days and more are warned of; nothing stops working because of their age."
    })
final class KeyListCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  KeyListCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return KeyWork.run(
        context,
        global,
        null,
        keys -> {
          KeyReport report = keys.list();
          context.warn(report.warnings());
          return new KeyWork.Answer(report.toMap(), String.join("\n", report.table()));
        });
  }
}
