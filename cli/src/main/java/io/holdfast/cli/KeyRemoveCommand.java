package io.holdfast.cli;

import io.holdfast.engine.keys.Keys;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "remove",
    description = {
      "Keep a key out from now on.",
      "The key in use cannot be removed, so there is always one left. Somebody who opened the"
          + " repository before may have kept what was inside: removing a key cannot undo that."
    })
final class KeyRemoveCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Parameters(paramLabel = "SLOT", description = "Id of the slot, or at least its first 4 digits.")
  String slot = "";

  @Option(names = "--dry-run", description = "Say what would be removed, and remove nothing.")
  boolean dryRun;

  KeyRemoveCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return KeyWork.run(
        context,
        global,
        null,
        keys -> {
          Keys.WayIn found = dryRun ? keys.removable(slot) : keys.remove(slot);
          Map<String, Object> json = CommandContext.object();
          json.put("slot", found.slot());
          json.put("removed", !dryRun);
          return new KeyWork.Answer(
              json,
              (dryRun ? "would remove slot " : "removed slot ")
                  + found.slot()
                  + " ("
                  + found.kind()
                  + ")");
        });
  }
}
