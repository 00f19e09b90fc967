package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.export.ExportChoice;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "export",
    description = {
      "Write a dump or a backup of a tenant into files that people and other programs read.",
      "One portable file, or tables as JSON, CSV or SQL."
    })
final class ExportCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();
  @Mixin ExportOptions export = new ExportOptions();

  @Parameters(
      paramLabel = "BACKUP",
      arity = "0..1",
      description = "Name of a dump or of a backup of a tenant, or 'latest'.")
  @Nullable String backup;

  @Option(
      names = "--scope",
      paramLabel = "NAME",
      description = "In place of BACKUP: the newest of a tenant of this scope map; with --id.")
  @Nullable String scope;

  @Option(names = "--id", paramLabel = "ID", description = "Which row of the root's table.")
  @Nullable String id;

  ExportCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Options options = context.options(global.flags(null, null, null));
    ExportOptions.print(
        context, global, export.run(context, global, options, choice(options.settings().source())));
    return 0;
  }

  private ExportChoice choice(String source) {
    if (backup != null && scope == null && id == null) {
      return new ExportChoice.Named(backup, source);
    }
    if (backup == null && scope != null && id != null) {
      return new ExportChoice.Newest(scope, id, source);
    }
    throw new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "nothing says clearly which backup is to be exported",
        "Give the name of a backup or 'latest', or both --scope and --id.");
  }
}
