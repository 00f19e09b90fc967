package io.holdfast.cli;

import io.holdfast.engine.keys.Keys;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "kit",
    description = {
      "Make one more recovery kit and print it: a page that opens the repository.",
      "Earlier kits stay good until their slots are removed."
    })
final class KeyKitCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  KeyKitCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return KeyWork.run(
        context,
        global,
        null,
        keys -> {
          Keys.Kit kit = keys.kit();
          Map<String, Object> json = CommandContext.object();
          json.put("slot", kit.slot());
          json.put("recoveryKit", kit.page().expose());
          return new KeyWork.Answer(json, kit.page().expose());
        });
  }
}
