package io.holdfast.engine.api;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.copy.SpreadBackup.Spread;
import io.holdfast.engine.files.EntryChange;
import io.holdfast.engine.files.FilesBackup;
import io.holdfast.engine.files.FilesBackupReport;
import io.holdfast.engine.files.FilesBackupRequest;
import io.holdfast.engine.files.FilesEstimate;
import io.holdfast.engine.files.FilesListing;
import io.holdfast.engine.files.FilesRestore;
import io.holdfast.engine.files.FilesRestorePlan;
import io.holdfast.engine.files.FilesRestoreReport;
import io.holdfast.engine.files.FilesRestoreRequest;
import io.holdfast.engine.files.ListedEntry;
import io.holdfast.engine.verify.ReadBack;
import java.util.List;
import java.util.function.Consumer;

/// Files and directories with all their metadata.
public final class FileBackups {
  private final Work work;

  FileBackups(Work work) {
    this.work = work;
  }

  /// Backs them up. What could not be read is in the report, which is not complete then.
  public FilesBackupReport backup(FilesBackupRequest request) {
    return backup(request, List.of()).report();
  }

  /// The same into several repositories; see [Clusters#backup(BackupRequest, List)].
  public Spread<FilesBackupReport> backup(FilesBackupRequest request, List<Options> also) {
    EngineContext context = work.context();
    return work.spread(
        also,
        (repository, settings) -> {
          FilesBackupReport made = new FilesBackup(context, repository).run(settings, request);
          return made.with(new ReadBack(context, repository).after(made.backup()));
        },
        FilesBackupReport::name);
  }

  /// What a backup would store; stores nothing.
  public FilesEstimate estimate(FilesBackupRequest request) {
    return estimate(request, List.of()).report();
  }

  /// The same for several repositories, all of which are opened.
  public Spread<FilesEstimate> estimate(FilesBackupRequest request, List<Options> also) {
    EngineContext context = work.context();
    return work.rehearse(
        also,
        (repository, settings) -> new FilesBackup(context, repository).estimate(settings, request));
  }

  /// What a restore will do; writes nothing.
  public FilesRestorePlan plan(FilesRestoreRequest request) {
    return work.on(repository -> new FilesRestore(work.context(), repository).plan(request));
  }

  /// Executes a plan. What could not be restored is in the report, which is not complete then.
  public FilesRestoreReport restore(FilesRestorePlan plan) {
    return work.on(repository -> new FilesRestore(work.context(), repository).execute(plan));
  }

  /// Plans and restores.
  public FilesRestoreReport restore(FilesRestoreRequest request) {
    return restore(plan(request));
  }

  /// Hands out every entry of a backup, in the calling thread.
  ///
  /// @param backup its name, or `latest`
  public void list(String backup, Consumer<ListedEntry> each) {
    work.run(repository -> new FilesListing(repository).list(backup, work.source(), each));
  }

  /// Hands out what differs between two backups, in the calling thread.
  public void compare(String from, String to, Consumer<EntryChange> each) {
    work.run(repository -> new FilesListing(repository).diff(from, to, work.source(), each));
  }
}
