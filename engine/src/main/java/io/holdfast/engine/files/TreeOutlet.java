package io.holdfast.engine.files;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorKind;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.files.FileFacts;
import io.holdfast.files.PathText;
import io.holdfast.files.posix.FileStatus.Timestamp;
import io.holdfast.files.posix.PosixException;
import io.holdfast.files.restoring.BlockedEntryException;
import io.holdfast.files.restoring.RestoreTarget;
import io.holdfast.files.restoring.Wanted;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// Writes a tree's entries below a target, in batches: directories first, then files by several
/// threads, then what needs both. One entry that cannot be written does not stop the others.
/// *Confined.*
final class TreeOutlet implements AutoCloseable {
  private static final int BATCH_ENTRIES = 2_048;
  private static final int THREADS_MAX = 8;

  /// What is done after the files of a batch.
  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  private record Later(String path, Step step) {}

  private final TreeReader tree;
  private final Selection selection;
  private final RestoreTally tally;
  private final OwnerChoice owners;
  private final RestoreTarget target;
  private final List<FileRestoring> crew = new ArrayList<>();
  private final List<FileRestoring.Job> files = new ArrayList<>();
  private final List<Later> later = new ArrayList<>();
  private final Map<String, String> standIns = new HashMap<>();

  TreeOutlet(
      EngineContext context,
      TreeReader tree,
      Selection selection,
      FilesRestoreRequest request,
      RestoreTally tally)
      throws IOException {
    this.tree = tree;
    this.selection = selection;
    this.tally = tally;
    this.owners = new OwnerChoice(request.owners());
    this.target = new RestoreTarget(request.to(), tally);
    int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, THREADS_MAX);
    for (int i = 0; i < threads; i++) {
      crew.add(new FileRestoring(context, tree, target.beside(i + 1), request.existing(), tally));
    }
  }

  /// The next entry, in the tree's order.
  void take(TreeFile file) throws IOException {
    String path = file.entry().path();
    boolean held = selection.holds(path);
    if (!held && !(file.entry().kind() == FileKind.DIRECTORY && selection.leadsTo(path))) {
      return;
    }
    later.add(new Later(path, () -> target.arriveAt(path)));
    guarded(path, () -> dispatch(file));
    if (files.size() + later.size() >= BATCH_ENTRIES) {
      flush();
    }
  }

  private void dispatch(TreeFile file) throws IOException {
    FileEntry entry = file.entry();
    String path = entry.path();
    FileFacts facts = Entries.facts(entry);
    Wanted wanted =
        new Wanted(
            entry.mode(),
            owners.user(entry, facts),
            owners.group(entry, facts),
            new Timestamp(entry.mtimeSeconds(), facts.modifiedNanos()),
            facts.extendedAttributes());
    if (facts.isHardLink()) {
      hardLink(file, facts, wanted);
      return;
    }
    switch (entry.kind()) {
      case DIRECTORY -> target.directory(path, wanted);
      case FILE -> files.add(new FileRestoring.Job(path, file, facts, wanted));
      case SYMLINK ->
          later(path, () -> target.symlink(path, PathText.toBytes(entry.linkTarget()), wanted));
      case SPECIAL ->
          later(path, () -> target.special(path, facts.rdevMajor(), facts.rdevMinor(), wanted));
    }
  }

  private void hardLink(TreeFile file, FileFacts facts, Wanted wanted) throws IOException {
    String path = file.entry().path();
    String first = facts.hardLink();
    TreeFile original =
        tree.file(first)
            .filter(found -> found.entry().kind() == file.entry().kind())
            .filter(found -> found.entry().kind() != FileKind.DIRECTORY)
            .orElseThrow(
                () -> CorruptRepositoryException.missing("'" + first + "' is not in the backup"));
    FileFacts originalFacts = Entries.facts(original.entry());
    if (originalFacts.isHardLink() || PathText.compare(first, path) >= 0) {
      throw CorruptRepositoryException.damaged("'" + path + "' is a link to no first name");
    }
    if (selection.holds(first)) {
      later(path, () -> target.hardLink(path, first));
      return;
    }
    // The name that has the content is not wanted: the first one that is stands in for it.
    String standIn = standIns.putIfAbsent(first, path);
    if (standIn != null) {
      later(path, () -> target.hardLink(path, standIn));
    } else if (original.entry().kind() == FileKind.FILE) {
      files.add(new FileRestoring.Job(path, original, originalFacts, wanted));
    } else if (original.entry().kind() == FileKind.SYMLINK) {
      byte[] pointsTo = PathText.toBytes(original.entry().linkTarget());
      later(path, () -> target.symlink(path, pointsTo, wanted));
    } else {
      later(path, () -> target.special(path, facts.rdevMajor(), facts.rdevMinor(), wanted));
    }
  }

  private void later(String path, Step step) {
    later.add(new Later(path, step));
  }

  /// Everything was taken: writes what is left and makes it durable.
  void finish() throws IOException {
    flush();
    target.finish();
  }

  private void flush() throws IOException {
    AtomicInteger next = new AtomicInteger();
    try (Workers workers = Workers.platform("restore")) {
      for (FileRestoring restoring : crew) {
        workers.start(
            () -> {
              for (int at = next.getAndIncrement();
                  at < files.size();
                  at = next.getAndIncrement()) {
                FileRestoring.Job job = files.get(at);
                guarded(job.path(), () -> restoring.restore(job));
              }
            });
      }
      workers.join();
    }
    files.clear();
    for (Later each : later) {
      guarded(each.path(), each.step());
    }
    later.clear();
  }

  /// One entry's trouble is noted; a full disk or a store that is away ends the restore.
  private void guarded(String path, Step step) throws IOException {
    try {
      step.run();
    } catch (PosixException e) {
      if (e.isNoSpace()) {
        throw Failures.toBackupException("restore " + path, e);
      }
      tally.problems.add(path, e);
    } catch (BlockedEntryException e) {
      tally.problems.add(path, e);
    } catch (BackupException e) {
      if (e.code().kind() != ErrorKind.CORRUPTION) {
        throw e;
      }
      tally.problems.add(path, e.text());
    } catch (IllegalArgumentException e) {
      tally.problems.add(path, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() throws IOException {
    IOException first = null;
    for (FileRestoring each : crew) {
      try {
        each.close();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    target.close();
    if (first != null) {
      throw first;
    }
  }
}
