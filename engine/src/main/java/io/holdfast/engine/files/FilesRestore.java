package io.holdfast.engine.files;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.SortedFiles;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Restores backups of files: [#plan] finds the reasons to refuse and writes nothing, [#execute]
/// does what the plan says. Nothing is ever written outside the target, whatever the backup holds.
public final class FilesRestore {
  private final EngineContext context;
  private final Repository repository;

  public FilesRestore(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// Plans a restore.
  ///
  /// @throws BackupException that says why it cannot be done
  public FilesRestorePlan plan(FilesRestoreRequest request) {
    return Failures.translate("plan restore of " + request.backup(), () -> planNow(request));
  }

  /// Executes a plan.
  public FilesRestoreReport execute(FilesRestorePlan plan) {
    return Failures.translate(
        "restore to " + plan.request().to(),
        () -> {
          context.progress().phase("restore", plan.bytes());
          Path to = plan.request().to();
          makeTarget(to);
          TreeReader tree = tree(plan.backup());
          Selection selection =
              Selection.of(plan.request().paths(), tree, plan.backup().record().name());
          RestoreTally tally = new RestoreTally();
          try (TreeOutlet outlet =
              new TreeOutlet(context, tree, selection, plan.request(), tally)) {
            tree.forEachFile(file -> Failures.run("restore " + file, () -> outlet.take(file)));
            outlet.finish();
          }
          return new FilesRestoreReport(
              plan,
              tally.written.sum(),
              tally.writtenBytes.sum(),
              tally.fetchedBytes.sum(),
              tally.ownersNotSet.sum(),
              tally.attributesNotSet.sum(),
              tally.problems.count(),
              tally.problems.texts());
        });
  }

  private FilesRestorePlan planNow(FilesRestoreRequest request) throws IOException {
    StoredSnapshot backup =
        BackupCatalog.of(repository).require(request.backup(), request.source(), FilesBackup.KIND);
    requireUsable(request);
    TreeReader tree = tree(backup);
    Selection selection = Selection.of(request.paths(), tree, backup.record().name());
    if (selection.isAll()) {
      return new FilesRestorePlan(
          backup, request, tree.totals().files(), tree.totals().logicalBytes());
    }
    long entries = 0;
    long bytes = 0;
    SortedFiles files = tree.sortedFiles();
    for (Optional<SortedFiles.Found> next = files.next(); next.isPresent(); next = files.next()) {
      FileEntry entry = next.get().entry();
      if (selection.holds(entry.path())) {
        entries++;
        bytes += entry.size();
      }
    }
    return new FilesRestorePlan(backup, request, entries, bytes);
  }

  private static void requireUsable(FilesRestoreRequest request) throws IOException {
    Path to = request.to();
    if (!Files.exists(to)) {
      return;
    }
    if (!Files.isDirectory(to)) {
      throw new BackupException(
          ErrorCode.TARGET_NOT_WRITABLE, to + " is not a directory", "Name another place.");
    }
    if (request.existing() == FilesRestoreRequest.Existing.REFUSE) {
      try (Stream<Path> entries = Files.list(to)) {
        if (entries.findAny().isPresent()) {
          throw new BackupException(
              ErrorCode.TARGET_NOT_EMPTY,
              to + " is not empty",
              "Name an empty directory, or add --delta to replace what differs.");
        }
      }
    }
  }

  private static void makeTarget(Path to) {
    try {
      Files.createDirectories(to);
    } catch (IOException e) {
      throw new BackupException(
          ErrorCode.TARGET_NOT_WRITABLE,
          to + " cannot be made: " + FileReason.of(e),
          "Choose another directory, or run as a user who may write there.",
          e);
    }
  }

  private TreeReader tree(StoredSnapshot backup) throws IOException {
    return TreeReader.open(
        repository.reader(backup.record()), backup.record().root(FilesBackup.TREE));
  }
}
