package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Flags;
import io.holdfast.engine.config.KeySource;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.restore.ArchiveTo;
import io.holdfast.engine.restore.Restore;
import io.holdfast.engine.restore.RestorePlan;
import io.holdfast.engine.restore.RestoreReport;
import io.holdfast.engine.restore.RestoreRequest;
import io.holdfast.engine.restore.TablespaceMove;
import io.holdfast.engine.restore.WalChoice;
import io.holdfast.engine.tenant.ErasureRegister;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
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
    Settings settings = context.settings(global.flags(null, null, null));
    RestoreRequest request =
        new RestoreRequest(
            backup,
            settings.source(),
            context.workingDirectory().resolve(to).normalize(),
            target.target(),
            target.timeline(),
            target.action(),
            TablespaceMove.byOldLocation(tablespaces.stream().map(TablespaceMove::parse).toList()),
            Optional.ofNullable(archive).map(url -> archiveTo(url)),
            Optional.ofNullable(owner),
            WalChoice.parse(wal));
    Map<String, Object> json;
    List<String> text;
    try (var progress = context.progress(global);
        var repository = new RepositoryAccess(context.engine(progress)).open(settings)) {
      Restore restore = new Restore(context.engine(progress), repository, home());
      RestorePlan plan = restore.plan(request);
      List<String> erased =
          new ErasureRegister(context.engine(progress), repository).reminder(plan);
      if (dryRun) {
        json = plan.toMap();
        text = new ArrayList<>(plan.describe());
      } else {
        RestoreReport report = restore.execute(plan);
        json = report.toMap();
        text = new ArrayList<>(report.describe());
      }
      json.put("erased", erased);
      text.addAll(erased);
    }
    print(json, text);
    return 0;
  }

  /// Opens the repository once: better now than when the restored server's WAL piles up.
  private ArchiveTo archiveTo(String url) {
    Settings settings =
        context.settings(new Flags(url, global.source, global.config, null, null, null));
    try (var progress = context.progress(global);
        var _ = new RepositoryAccess(context.engine(progress)).open(settings)) {
      return new ArchiveTo(
          settings.repository(),
          switch (settings.key()) {
            case KeySource.File named -> Optional.of(named.path());
            case KeySource.DefaultFile standard -> Optional.of(standard.path());
            case KeySource.Hex _, KeySource.Passphrase _ -> Optional.empty();
          });
    }
  }

  /// The launcher of the distribution says where it is.
  private static Optional<Path> home() {
    return Optional.ofNullable(System.getProperty("holdfast.home")).map(Path::of);
  }

  private void print(Map<String, Object> json, List<String> text) {
    if (global.json) {
      context.json(json);
    } else {
      text.forEach(context.out()::println);
    }
  }
}
