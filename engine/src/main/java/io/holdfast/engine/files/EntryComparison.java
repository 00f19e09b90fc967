package io.holdfast.engine.files;

import io.holdfast.files.FileFacts;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.Handle;
import io.holdfast.files.posix.PosixException;
import io.holdfast.files.walk.Found;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.SortedFiles;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Decides of every entry that a walk finds whether it is as the newest backup has it, and which of
/// several names of a file has the content. A backup and its estimate ask the same. Entries come in
/// the order of the walk. *Confined.*
final class EntryComparison {
  /// A file with several names, all in one place of the file system.
  private record Inode(long device, long number) {
    static Inode of(FileStatus status) {
      return new Inode(status.device(), status.inode());
    }
  }

  /// The first name of such a file and how many are still to come.
  private static final class Names {
    private final String first;
    private long left;

    private Names(String first, long left) {
      this.first = first;
      this.left = left;
    }
  }

  /// What is to be done with an entry.
  enum Verdict {
    /// The newest backup has nothing of that path.
    NEW,
    /// It has something else, or nobody can tell without reading.
    CHANGED,
    /// It has the same, and that can be referred to.
    UNCHANGED
  }

  /// An entry and what was decided.
  ///
  /// @param hardLink the path that has the content, if this is a further name of a file; else empty
  /// @param old what the newest backup has
  record Compared(Found found, String hardLink, Optional<SortedFiles.Found> old, Verdict verdict) {
    /// True if it brings bytes of its own.
    boolean hasContent() {
      return found.status().isRegular() && hardLink.isEmpty();
    }
  }

  /// What is said of a file that [#open] finds replaced.
  static final String REPLACED = "it was replaced while it was looked at";

  private final Optional<SortedFiles> before;
  private final Predicate<FileContent> isUsable;
  private final Map<Inode, Names> linked = new HashMap<>();

  /// @param before what the newest backup has
  /// @param isUsable whether a new backup may refer to content of that one
  EntryComparison(Optional<SortedFiles> before, Predicate<FileContent> isUsable) {
    this.before = before;
    this.isUsable = isUsable;
  }

  Compared compare(Found found) throws IOException {
    FileStatus status = found.status();
    Optional<SortedFiles.Found> old =
        before.isEmpty() ? Optional.empty() : before.get().find(found.path());
    String hardLink = status.isDirectory() || status.links() < 2 ? "" : firstName(found, status);
    if (old.isEmpty()) {
      return new Compared(found, hardLink, old, Verdict.NEW);
    }
    return new Compared(
        found,
        hardLink,
        old,
        isUnchanged(old.get(), status, hardLink) ? Verdict.UNCHANGED : Verdict.CHANGED);
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
        && isUsable.test(old.content());
  }

  /// The name under which this file was met before; empty if this is the first.
  private String firstName(Found found, FileStatus status) {
    Inode inode = Inode.of(status);
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

  /// An open file and what it was like then. Whoever asked for it closes it.
  record Opened(Handle file, FileStatus status) {}

  /// Opens a regular file that is to be read. The caller closes it.
  ///
  /// @return empty if something else took its place meanwhile
  /// @throws PosixException if it cannot be read
  Optional<Opened> open(Found found) throws IOException {
    FileStatus status = found.status();
    Handle file;
    try {
      file = found.in().open(found.name().toBytes(), Handle.Use.READ);
    } catch (PosixException e) {
      linked.remove(Inode.of(status));
      throw e;
    }
    try {
      FileStatus opened = file.status();
      if (opened.inode() != status.inode() || opened.device() != status.device()) {
        // Replaced since the walk saw it: other names of what was there must not lead here.
        linked.remove(Inode.of(status));
      }
      if (opened.isRegular()) {
        return Optional.of(new Opened(file, opened));
      }
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
    file.close();
    return Optional.empty();
  }
}
