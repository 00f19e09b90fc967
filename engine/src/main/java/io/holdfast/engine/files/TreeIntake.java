package io.holdfast.engine.files;

import io.holdfast.base.Progress;
import io.holdfast.engine.EngineContext;
import io.holdfast.files.FileFacts;
import io.holdfast.files.FileFacts.Mark;
import io.holdfast.files.content.Cutter;
import io.holdfast.files.posix.PosixException;
import io.holdfast.files.walk.Found;
import io.holdfast.files.walk.TreeWalk;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.SortedFiles;
import io.holdfast.repository.tree.SortedTreeWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Takes what a walk finds into a tree: unchanged entries from the tree before, the others from the
/// file system, files by several threads. Entries wait for those before them in a window of fixed
/// size. *Confined.*
final class TreeIntake implements AutoCloseable {
  private static final int WINDOW = 512;
  private static final int THREADS_MAX = 8;

  private final EngineContext context;
  private final SortedTreeWriter tree;
  private final EntryComparison comparison;
  private final FilesBackupRequest.Differences differences;
  private final Problems problems;
  private final ReadingCrew crew;
  private final MetadataReading metadata;
  private final Deque<Slot> window = new ArrayDeque<>();
  private final FilesTally tally = new FilesTally();

  TreeIntake(
      EngineContext context,
      SortedTreeWriter tree,
      EntryComparison comparison,
      Cutter cutter,
      FilesBackupRequest.Differences differences,
      Problems problems) {
    this.context = context;
    this.tree = tree;
    this.comparison = comparison;
    this.differences = differences;
    this.problems = problems;
    this.metadata = new MetadataReading(problems);
    int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, THREADS_MAX);
    this.crew =
        new ReadingCrew(
            threads, WINDOW, () -> new FileReading(context.clock(), tree, cutter, problems));
  }

  /// Takes in the whole walk.
  FilesTally take(TreeWalk walk) throws IOException {
    while (true) {
      context.cancellation().throwIfRequested();
      Instant now = context.clock().instant();
      Optional<Found> found = walk.next();
      if (found.isEmpty()) {
        break;
      }
      Slot slot = new Slot(found.get().path());
      try {
        take(found.get(), slot, now);
      } catch (PosixException e) {
        slot.skip(e);
      }
      window.add(slot);
      while (!window.isEmpty() && (window.size() >= WINDOW || window.getFirst().isFilled())) {
        put(window.removeFirst());
      }
    }
    while (!window.isEmpty()) {
      put(window.removeFirst());
    }
    return tally;
  }

  private void take(Found found, Slot slot, Instant now) throws IOException {
    EntryComparison.Compared compared = comparison.compare(found);
    tally.count(compared.verdict());
    switch (compared.verdict()) {
      case UNCHANGED -> {
        SortedFiles.Found old = compared.old().orElseThrow();
        slot.fill(old.entry(), old.content());
      }
      case NEW, CHANGED -> {
        if (compared.hasContent()) {
          readFile(found, slot, now, versionBefore(compared.old()));
        } else {
          slot.fill(metadata.read(found, compared.hardLink(), now), FileContent.empty());
        }
      }
    }
  }

  /// What changed pieces of a file are compared with.
  private FileContent versionBefore(Optional<SortedFiles.Found> old) {
    return switch (differences) {
      case ALLOWED -> old.map(SortedFiles.Found::content).orElse(FileContent.empty());
      case NONE -> FileContent.empty();
    };
  }

  private void readFile(Found found, Slot slot, Instant now, FileContent content)
      throws IOException {
    Optional<EntryComparison.Opened> opened = comparison.open(found);
    if (opened.isEmpty()) {
      slot.skip(new IOException(EntryComparison.REPLACED));
      return;
    }
    Entries.Owners owners = metadata.owners(opened.get().status());
    crew.submit(new FileJob(slot, opened.get().file(), found.status(), now, owners, content));
  }

  private void put(Slot slot) throws IOException {
    try {
      slot.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a file");
    }
    rethrow(slot.failure());
    IOException problem = slot.problem();
    if (problem != null) {
      problems.add(slot.path(), problem);
      return;
    }
    FileEntry entry = slot.entry();
    FileContent content = slot.content();
    if (entry == null || content == null) {
      throw new IllegalStateException("the slot of '" + slot.path() + "' is empty");
    }
    tree.put(entry, content);
    count(entry, context.progress());
  }

  private void count(FileEntry entry, Progress progress) {
    if (entry.kind() == FileKind.FILE) {
      FileFacts facts = Entries.facts(entry);
      if (facts.marks().contains(Mark.CHANGED_WHILE_READ)) {
        tally.changedWhileRead(entry.path());
      }
      progress.advance(entry.size());
    }
  }

  private static void rethrow(@Nullable Throwable failure) throws IOException {
    switch (failure) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IOException(failure);
    }
  }

  @Override
  public void close() throws IOException {
    crew.close();
  }
}
