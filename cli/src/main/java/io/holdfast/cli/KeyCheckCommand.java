package io.holdfast.cli;

import io.holdfast.engine.keys.Keys;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "check",
    description = {
      "Prove that a key opens the repository and everything under it.",
      "Type a printed recovery kit into a file and name it with --key-file: then you know that the"
          + " paper is good."
    })
final class KeyCheckCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "Key file or recovery kit to try. Default: the key of the settings.")
  @Nullable String keyFile;

  KeyCheckCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return KeyWork.run(
        context,
        global,
        keyFile,
        keys -> {
          Keys.WayIn found = keys.check();
          Map<String, Object> json = CommandContext.object();
          json.put("slot", found.slot());
          json.put("opens", true);
          return new KeyWork.Answer(
              json,
              "the key opens slot " + found.slot() + " (" + found.kind() + ") and all data keys");
        });
  }
}
