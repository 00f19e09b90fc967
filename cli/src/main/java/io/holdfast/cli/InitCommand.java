package io.holdfast.cli;

import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
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
    Settings settings = context.settings(flags);
    try (TerminalProgress progress = context.progress(global)) {
      RepositoryAccess.Created created = create(flags, settings, progress);
      try (var repository = created.repository()) {
        report(settings, created, repository.id());
      }
    }
    return 0;
  }

  private RepositoryAccess.Created create(
      Flags flags, Settings settings, TerminalProgress progress) {
    RepositoryAccess access = new RepositoryAccess(context.engine(progress));
    if (like == null) {
      return access.init(settings);
    }
    Settings other = context.second(flags, like, Optional.ofNullable(likeKeyFile), settings);
    try (OpenRepository model = new RepositoryAccess(context.secondEngine(progress)).open(other)) {
      return access.initLike(settings, model);
    }
  }

  private void report(Settings settings, RepositoryAccess.Created created, String id) {
    if (global.json) {
      Map<String, Object> result = CommandContext.object();
      result.put("repository", settings.repository());
      result.put("id", id);
      result.put("keyFile", created.keyFile().map(Object::toString));
      result.put("recoveryKit", created.recoveryKit());
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
    context.out().println(created.recoveryKit().stripTrailing());
    context.out().println();
    context.out().println("next: holdfast backup --url postgresql://USER@HOST/DATABASE");
  }
}
