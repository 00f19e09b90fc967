package io.holdfast.cli;

import io.holdfast.engine.keys.Keys;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "add-source",
    description = {
      "Make the keys that the WAL and the backups of one more source are sealed under.",
      "'init' does it for its own source. Needed where the machine that backs up may not write"
          + " below keys/; else the first stream makes them."
    })
final class KeyAddSourceCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Parameters(paramLabel = "NAME", description = "Name of the source, as --source gives it.")
  private String name = "";

  @Option(
      names = "--domain",
      paramLabel = "DOMAIN",
      description = "Key domain that its backups go into. Default: main.")
  private @Nullable String domain;

  KeyAddSourceCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return KeyWork.run(
        context, global, null, keys -> answer(keys.addSource(name, Optional.ofNullable(domain))));
  }

  private static KeyWork.Answer answer(Keys.Source source) {
    Map<String, Object> json = CommandContext.object();
    json.put("source", source.name());
    json.put("new", source.isNew());
    return new KeyWork.Answer(
        json,
        source.isNew()
            ? "made the keys of source " + source.name()
            : "source " + source.name() + " has its keys already");
  }
}
