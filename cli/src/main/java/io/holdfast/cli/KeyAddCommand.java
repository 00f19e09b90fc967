package io.holdfast.cli;

import io.holdfast.engine.keys.NewKey;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "add",
    description = {
      "Let another key open the repository.",
      "The new key is tried before the command ends. No data is written again."
    })
final class KeyAddCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @ArgGroup(multiplicity = "1")
  NewKeyOptions fresh = new NewKeyOptions();

  KeyAddCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    NewKey key = fresh.key(context).orElseThrow();
    return KeyWork.run(
        context,
        global,
        null,
        keys -> {
          Map<String, Object> json = CommandContext.object();
          StringBuilder text = new StringBuilder();
          NewKeyOptions.describe(keys.add(key), json, text);
          return new KeyWork.Answer(json, text.toString());
        });
  }
}
