package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.api.Clusters;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.config.Flags;
import io.holdfast.engine.config.KeySource;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.restore.ArchiveTo;
import io.holdfast.engine.restore.RestorePlan;
import io.holdfast.engine.restore.RestoreReport;
import io.holdfast.engine.restore.RestoreRequest;
import io.holdfast.engine.restore.TablespaceMove;
import io.holdfast.engine.restore.WalChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "restore",
    description = {
      "Restore a cluster into an empty directory, ready for 'pg_ctl start' to recover it.",
      "Without a target, recovery goes to the end of the archived WAL. With one, 'latest' means the"
          + " newest backup that ends before it."
    })
final class RestoreCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Mixin TargetOptions target = new TargetOptions();

  @Parameters(paramLabel = "BACKUP", description = "Name of a backup, or 'latest'.")
  String backup = "latest";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIR",
      description = "Where to restore: a directory that is empty or does not exist yet.")
  Path to = Path.of(".");

  @Option(
      names = "--tablespace",
      paramLabel = "OLD=NEW",
      description =
          "Put the tablespace at OLD into NEW; a = in a path is written \\=. May be given several times.")
  List<String> tablespaces = new ArrayList<>();

  @Option(
      names = "--archive",
      paramLabel = "URL",
      description =
          "Let the restored server archive its WAL to this repository, which must exist and have the same"
              + " key. Default: it archives nothing.")
  @Nullable String archive;

  @Option(
      names = "--owner",
      paramLabel = "USER",
      description = "User who will own the files, when run as root. Default: postgres.")
  @Nullable String owner;

  @Option(
      names = "--wal",
      paramLabel = "HOW",
      description =
          "How the server gets its WAL: staged beside the data, on-demand from the repository with a"
              + " capability file, or auto (default): staged where it fits.")
  String wal = "auto";

  @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
  boolean dryRun;

  RestoreCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (to.toString().isBlank()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "--to names no directory",
          "Give a directory that is empty or does not exist yet.");
    }
    Options options = context.options(global.flags(null, null, null));
    RestoreRequest request =
        new RestoreRequest(
            backup,
            options.settings().source(),
            context.workingDirectory().resolve(to).normalize(),
            target.target(),
            target.timeline(),
            target.action(),
            TablespaceMove.byOldLocation(tablespaces.stream().map(TablespaceMove::parse).toList()),
            Optional.ofNullable(archive).map(url -> archiveTo(url)),
            Optional.ofNullable(owner),
            WalChoice.parse(wal));
    return context.on(global, options, (holdfast, watch) -> run(holdfast.clusters(watch), request));
  }

  private int run(Clusters clusters, RestoreRequest request) {
    RestorePlan plan = clusters.plan(request);
    List<String> erased = clusters.erased(plan);
    if (dryRun) {
      answer(plan.toMap(), plan.describe(), erased);
    } else {
      RestoreReport report = clusters.restore(plan);
      answer(report.toMap(), report.describe(), erased);
    }
    return 0;
  }

  private void answer(Map<String, Object> json, List<String> text, List<String> erased) {
    Map<String, Object> document = new LinkedHashMap<>(json);
    document.put("erased", erased);
    context.answer(global, document, Stream.concat(text.stream(), erased.stream()).toList());
  }

  /// Opens the repository once: better now than when the restored server's WAL piles up.
  private ArchiveTo archiveTo(String url) {
    Options options =
        context.options(new Flags(url, global.source, global.config, null, null, null));
    Settings settings = context.on(global, options, (holdfast, _) -> holdfast.settings());
    return new ArchiveTo(
        settings.repository(),
        switch (settings.key()) {
          case KeySource.File named -> Optional.of(named.path());
          case KeySource.DefaultFile standard -> Optional.of(standard.path());
          case KeySource.Hex _, KeySource.Passphrase _ -> Optional.empty();
        });
  }
}
