package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.config.Flags;
import io.holdfast.engine.copy.CopyReport;
import io.holdfast.engine.copy.CopyRequest;
import io.holdfast.engine.retention.RetentionFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "copy",
    description = {
      "Copy backups, with their write-ahead log, into another repository: another store, another"
          + " key, or both. The other repository must exist: see 'init' and 'init --like'.",
      "May be repeated: what is there is not sent again. Each backup arrives whole or not at all, and"
          + " is looked at again after its arrival. Exit status 6 if only some arrived."
    })
final class CopyCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Parameters(arity = "0..*", paramLabel = "BACKUP", description = "Names of backups, or 'latest'.")
  List<String> backups = new ArrayList<>();

  @Option(names = "--all", description = "Every backup; with --source every one of that source.")
  boolean all;

  @Option(
      names = "--within",
      paramLabel = "TIME",
      description =
          "With --all: only backups that began so short a time ago, for example 36h, 14d or 8w:"
              + " where the other repository forgets sooner.")
  @Nullable String within;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "URL",
      description =
          "The other repository: a directory, a URL, or a name of the configuration file.")
  String to = "";

  @Option(
      names = "--to-key-file",
      paramLabel = "FILE",
      description =
          "Key file of the other repository. Default: $BACKUP_TO_ENCRYPTION_KEY,"
              + " $BACKUP_TO_PASSPHRASE, $BACKUP_TO_KEY_FILE, its entry in the configuration file,"
              + " else the key of --repo.")
  @Nullable String toKeyFile;

  @Option(
      names = "--wal",
      paramLabel = "WHICH",
      description =
          "all (default): everything from the earliest of these backups on, so that any moment"
              + " since can be restored; needed: only what each backup needs by itself.")
  CopyRequest.Wal wal = CopyRequest.Wal.ALL;

  @Option(names = "--dry-run", description = "Say what would be copied, and write nothing.")
  boolean dryRun;

  CopyCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (all != backups.isEmpty()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          all ? "both backups and --all were given" : "no backup was named",
          "Use 'holdfast copy latest --to URL', 'holdfast copy BACKUP --to URL' or"
              + " 'holdfast copy --all --to URL'.");
    }
    String time = within;
    if (time != null && !all) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "--within " + time + " was given without --all",
          "Name the backups, or use --all --within TIME.");
    }
    Flags flags = global.flags(null, null, null);
    Options options = context.options(flags);
    Options other =
        context.configuration().second(flags, to, Optional.ofNullable(toKeyFile), options);
    CopyRequest request =
        new CopyRequest(
            backups,
            all ? Optional.ofNullable(global.source) : Optional.of(options.settings().source()),
            wal,
            Optional.ofNullable(time).map(RetentionFile::duration));
    CopyReport report =
        context.on(
            global,
            options,
            (from, watch) -> {
              try (Holdfast target = Holdfast.open(other)) {
                return dryRun
                    ? from.copies(watch).plan(request, target)
                    : from.copies(watch).run(request, target);
              }
            });
    context.answer(global, report.toMap(), report.describe());
    context.warn(report.warnings());
    return status(report);
  }

  private static int status(CopyReport report) {
    if (report.isWhole()) {
      return 0;
    }
    return report.isPartial() ? ErrorKind.PARTIAL.exitStatus() : ErrorKind.CORRUPTION.exitStatus();
  }
}
