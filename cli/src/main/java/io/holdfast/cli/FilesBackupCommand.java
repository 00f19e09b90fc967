package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.base.FileReason;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.config.Flags;
import io.holdfast.engine.copy.SpreadBackup;
import io.holdfast.engine.files.FilesBackupReport;
import io.holdfast.engine.files.FilesBackupRequest;
import io.holdfast.engine.files.FilesEstimate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "backup",
    description = {
      "Back up files and directories with all their metadata.",
      "What has not changed since the newest backup of the same source is not read again."
    })
final class FilesBackupCommand implements Callable<Integer> {
  private static final long EXCLUDE_FILE_BYTES_MAX = 1 << 20;

  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();
  @Mixin AlsoOptions also = new AlsoOptions();

  @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files and directories.")
  List<Path> paths = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      description =
          "Leave out what fits, as in a .gitignore file; a pattern with a / begins at the root of"
              + " the file system. May be given several times.")
  List<String> excludes = new ArrayList<>();

  @Option(
      names = "--exclude-file",
      paramLabel = "FILE",
      description = "A file of such patterns, one a line. May be given several times.")
  List<Path> excludeFiles = new ArrayList<>();

  @Option(
      names = "--exclude-caches",
      description = "Leave out the content of directories with a CACHEDIR.TAG.")
  boolean excludeCaches;

  @Option(
      names = "--one-file-system",
      description = "Do not enter file systems that are mounted below a PATH.")
  boolean oneFileSystem;

  @Option(
      names = "--no-differences",
      description =
          "Store changed pieces of files whole, and read nothing from the repository to compare"
              + " them with.")
  boolean noDifferences;

  @Option(
      names = "--dry-run",
      description = "Say what would be backed up and how much of it read, and do nothing.")
  boolean dryRun;

  FilesBackupCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Flags flags = global.flags(null, null, null);
    Options options = context.options(flags);
    FilesBackupRequest request =
        new FilesBackupRequest(
            paths.stream().map(context.workingDirectory()::resolve).map(Path::normalize).toList(),
            patterns(),
            excludeCaches ? FilesBackupRequest.Caches.EXCLUDED : FilesBackupRequest.Caches.INCLUDED,
            oneFileSystem
                ? FilesBackupRequest.Mounts.NOT_CROSSED
                : FilesBackupRequest.Mounts.CROSSED,
            noDifferences
                ? FilesBackupRequest.Differences.NONE
                : FilesBackupRequest.Differences.ALLOWED);
    return dryRun
        ? printEstimate(
            also.spread(
                context,
                global,
                flags,
                options,
                (holdfast, watch, others) -> holdfast.files(watch).estimate(request, others)))
        : print(
            also.spread(
                context,
                global,
                flags,
                options,
                (holdfast, watch, others) -> holdfast.files(watch).backup(request, others)));
  }

  private int print(SpreadBackup.Spread<FilesBackupReport> spread) {
    FilesBackupReport report = spread.report();
    if (global.json) {
      Map<String, Object> json = report.toMap();
      also.addTo(json, spread);
      context.json(json);
    } else {
      report.describe().forEach(context.out()::println);
      also.describe(spread).forEach(context.out()::println);
    }
    context.warn(report.warnings());
    return report.isComplete() && spread.isEverywhere() ? 0 : ErrorKind.PARTIAL.exitStatus();
  }

  private int printEstimate(SpreadBackup.Spread<FilesEstimate> spread) {
    FilesEstimate estimate = spread.report();
    if (global.json) {
      Map<String, Object> json = estimate.toMap();
      also.addRehearsedTo(json, spread);
      context.json(json);
    } else {
      estimate.describe().forEach(context.out()::println);
      also.describeRehearsed(spread).forEach(context.out()::println);
    }
    context.warn(estimate.warnings());
    return estimate.isComplete() && spread.isEverywhere() ? 0 : ErrorKind.PARTIAL.exitStatus();
  }

  private List<String> patterns() {
    List<String> all = new ArrayList<>();
    for (Path file : excludeFiles) {
      Path resolved = context.workingDirectory().resolve(file);
      try {
        if (Files.size(resolved) > EXCLUDE_FILE_BYTES_MAX) {
          throw new IOException("it has more than " + EXCLUDE_FILE_BYTES_MAX + " bytes");
        }
        all.addAll(Files.readAllLines(resolved));
      } catch (IOException e) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "the patterns in " + file + " cannot be read: " + FileReason.of(e),
            "Give a text file with one pattern a line.",
            e);
      }
    }
    all.addAll(excludes);
    return all;
  }
}
