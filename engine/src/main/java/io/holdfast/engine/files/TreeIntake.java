package io.holdfast.engine.files;

import io.holdfast.base.Progress;
import io.holdfast.engine.EngineContext;
import io.holdfast.files.FileFacts;
import io.holdfast.files.FileFacts.Mark;
import io.holdfast.files.PathText;
import io.holdfast.files.content.Cutter;
import io.holdfast.files.posix.Accounts;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.Handle;
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
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes what a walk finds into a tree: unchanged entries from the tree before, the others from the
/// file system, files by several threads. Entries wait for those before them in a window of fixed
/// size. *Confined.*
final class TreeIntake implements AutoCloseable {
  private static final int WINDOW = 512;
  private static final int THREADS_MAX = 8;

  /// A file with several names, all in one place of the file system.
  private record Inode(long device, long number) {}

  /// The first name of such a file and how many are still to come.
  private static final class Names {
    private final String first;
    private long left;

    private Names(String first, long left) {
      this.first = first;
      this.left = left;
    }
  }

  private final EngineContext context;
  private final SortedTreeWriter tree;
  private final Optional<SortedFiles> before;
  private final FilesBackupRequest.Differences differences;
  private final Problems problems;
  private final ReadingCrew crew;
  private final Accounts accounts = new Accounts();
  private final Map<Inode, Names> linked = new HashMap<>();
  private final Deque<Slot> window = new ArrayDeque<>();
  private final FilesTally tally = new FilesTally();

  TreeIntake(
      EngineContext context,
      SortedTreeWriter tree,
      Optional<SortedFiles> before,
      Cutter cutter,
      FilesBackupRequest.Differences differences,
      Problems problems) {
    this.context = context;
    this.tree = tree;
    this.before = before;
    this.differences = differences;
    this.problems = problems;
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
    FileStatus status = found.status();
    Optional<SortedFiles.Found> old =
        before.isEmpty() ? Optional.empty() : before.get().find(found.path());
    String hardLink = status.isDirectory() || status.links() < 2 ? "" : firstName(found, status);
    if (old.isPresent() && isUnchanged(old.get(), status, hardLink)) {
      tally.unchanged++;
      slot.fill(old.get().entry(), old.get().content());
      return;
    }
    tally.changed++;
    if (status.isRegular() && hardLink.isEmpty()) {
      readFile(found, slot, now, versionBefore(old));
    } else {
      slot.fill(look(found, hardLink, now), FileContent.empty());
    }
  }

  private boolean isUnchanged(SortedFiles.Found old, FileStatus status, String hardLink) {
    FileEntry entry = old.entry();
    if (entry.attributes().isEmpty()
        || entry.kind() != Entries.kind(status)
        || entry.mode() != status.mode()) {
      return false;
    }
    FileFacts facts = Entries.facts(entry);
    return facts.isStillOf(status, entry.mtimeSeconds())
        && facts.hardLink().equals(hardLink)
        && tree.isUsable(old.content());
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
    Handle file;
    try {
      file = found.in().open(found.name().toBytes(), Handle.Use.READ);
    } catch (PosixException e) {
      linked.remove(new Inode(found.status().device(), found.status().inode()));
      throw e;
    }
    FileStatus opened = file.status();
    if (opened.inode() != found.status().inode() || opened.device() != found.status().device()) {
      // Replaced since the walk saw it: other names of what was there must not lead here.
      linked.remove(new Inode(found.status().device(), found.status().inode()));
    }
    if (!opened.isRegular()) {
      file.close();
      slot.skip(new IOException("it was replaced while it was looked at"));
      return;
    }
    crew.submit(new FileJob(slot, file, found.status(), now, owners(opened), content));
  }

  /// Everything but regular files, and further names of anything.
  private FileEntry look(Found found, String hardLink, Instant now) throws IOException {
    FileStatus status = found.status();
    byte[] name = found.name().toBytes();
    Set<Mark> marks = EnumSet.noneOf(Mark.class);
    if (FileReading.isRacy(status, now)) {
      marks.add(Mark.RACY);
    }
    String linkTarget = status.isSymlink() ? PathText.of(found.in().linkTarget(name)) : "";
    try (Handle looked = found.in().open(name, Handle.Use.LOOK)) {
      FileFacts facts =
          new FileFacts(
              marks,
              status.isRegular() ? status.size() : 0,
              status.modified().nanos(),
              status.changed(),
              status.inode(),
              status.uid(),
              status.gid(),
              status.rdevMajor(),
              status.rdevMinor(),
              hardLink,
              List.of(),
              FileReading.attributes(found.path(), looked, problems));
      return Entries.of(found.path(), status, 0, linkTarget, owners(status), facts);
    }
  }

  private Entries.Owners owners(FileStatus status) {
    return new Entries.Owners(accounts.user(status.uid()), accounts.group(status.gid()));
  }

  /// The name under which this file was met before; empty if this is the first.
  private String firstName(Found found, FileStatus status) {
    Inode inode = new Inode(status.device(), status.inode());
    Names names = linked.get(inode);
    if (names == null) {
      linked.put(inode, new Names(found.path(), status.links() - 1));
      return "";
    }
    names.left--;
    if (names.left <= 0) {
      linked.remove(inode);
    }
    return names.first;
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
