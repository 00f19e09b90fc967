package io.holdfast.cli;

import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.config.Flags;
import io.holdfast.engine.config.Settings;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "init",
    description = {
      "Create a repository.",
      "Without a key or passphrase in the environment a key file is made. The recovery kit that is"
          + " printed opens the repository if every other key is lost: keep it elsewhere."
    })
final class InitCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "Key file to use, or to make if it does not exist.")
  @Nullable String keyFile;

  @Option(
      names = "--like",
      paramLabel = "URL",
      description =
          "Share the key space of this repository: backups are copied between both without sealing"
              + " them anew. A directory, a URL, or a name of the configuration file.")
  @Nullable String like;

  @Option(
      names = "--like-key-file",
      paramLabel = "FILE",
      description = "Key file that opens the repository of --like. Default: the key of this one.")
  @Nullable String likeKeyFile;

  InitCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Flags flags = global.flags(keyFile, null, null);
    Options options = context.options(flags);
    try (TerminalProgress _ = context.progress(global)) {
      Holdfast.Created created = create(flags, options);
      try (Holdfast holdfast = created.holdfast()) {
        report(options.settings(), created, holdfast.id());
      }
    }
    return 0;
  }

  private Holdfast.Created create(Flags flags, Options options) {
    if (like == null) {
      return Holdfast.create(options);
    }
    Options other =
        context.configuration().second(flags, like, Optional.ofNullable(likeKeyFile), options);
    try (Holdfast model = Holdfast.open(other)) {
      return Holdfast.createLike(options, model);
    }
  }

  private void report(Settings settings, Holdfast.Created created, String id) {
    if (global.json) {
      Map<String, Object> result = CommandContext.object();
      result.put("repository", settings.repository());
      result.put("id", id);
      result.put("keyFile", created.keyFile().map(Object::toString));
      result.put("recoveryKit", created.recoveryKit().expose());
      context.json(result);
      return;
    }
    context.out().println("created repository " + id);
    context.out().println("  at   " + settings.repository());
    context.out().println("  key  " + settings.key().describe());
    if (created.keyFile().isPresent()) {
      context.out().println("       (new; without it, or the kit below, no backup can be read)");
    }
    context.out().println();
    context.out().println(created.recoveryKit().expose().stripTrailing());
    context.out().println();
    context.out().println("next: holdfast backup --url postgresql://USER@HOST/DATABASE");
  }
}
