package io.holdfast.files.restoring;

import io.holdfast.files.posix.Changes;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.Handle;
import io.holdfast.files.posix.PosixException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// One directory that a restore writes into. Paths are those of a tree and come in its order;
/// directories get their metadata when the walk has left them. *Confined.*
public final class RestoreTarget implements AutoCloseable {
  /// A directory whose metadata is still to be set.
  private record Pending(String path, Wanted wanted) {}

  /// Writes the content of a file.
  @FunctionalInterface
  public interface Content {
    /// @param file open for reading and writing, empty
    void writeTo(Handle file) throws IOException;
  }

  private final Directories directories;
  private final Metadata metadata;
  private final RestoreProblems problems;
  private final List<Pending> pending = new ArrayList<>();

  /// The name under which a file is written that replaces another.
  private final byte[] replacement;

  /// @param target an existing directory; its path is followed now and not again
  public RestoreTarget(Path target, RestoreProblems problems) throws PosixException {
    this(new Directories(target), 0, problems);
  }

  private RestoreTarget(Directories directories, int number, RestoreProblems problems) {
    this.replacement = (".holdfast-restore-" + number).getBytes(StandardCharsets.US_ASCII);
    this.directories = directories;
    this.metadata = new Metadata(problems);
    this.problems = problems;
  }

  /// The same directory for somebody who writes there at the same time.
  ///
  /// @param number another one for each of them, from 1 on
  public RestoreTarget beside(int number) throws PosixException {
    return new RestoreTarget(directories.again(), number, problems);
  }

  /// Tells where we are, so that directories that were left get their metadata.
  public void arriveAt(String path) throws IOException {
    for (int i = pending.size() - 1; i >= 0; i--) {
      if (isLeft(pending.get(i).path(), path)) {
        finishDirectory(pending.remove(i));
      }
    }
  }

  /// What is there.
  public Optional<FileStatus> status(String path) throws IOException {
    try {
      return Optional.of(directories.parentOf(path).status(Directories.nameOf(path)));
    } catch (PosixException e) {
      if (e.errno() == PosixException.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// Makes a directory, or takes one that is there.
  public void directory(String path, Wanted wanted) throws IOException {
    Handle in = directories.parentOf(path);
    byte[] name = Directories.nameOf(path);
    if (!isThere(in, name, FileStatus.DIRECTORY)) {
      Changes.makeDirectory(in, name);
    }
    pending.add(new Pending(path, wanted));
  }

  /// Writes a regular file, whole or not at all where it replaces another.
  public void file(String path, Wanted wanted, Content content) throws IOException {
    Handle in = directories.parentOf(path);
    byte[] name = Directories.nameOf(path);
    boolean replaces = exists(in, name);
    if (replaces) {
      requireNoDirectory(in, name);
      removeIfThere(in, replacement);
    }
    byte[] written = replaces ? replacement : name;
    FileStatus made;
    try (Handle file = in.create(written)) {
      content.writeTo(file);
      made = file.status();
    }
    metadata.apply(path, in, written, made, wanted);
    if (replaces) {
      Changes.rename(in, written, name);
    }
  }

  /// Opens a regular file that is there already, to see what is in it.
  public Handle existing(String path) throws IOException {
    return directories.parentOf(path).open(Directories.nameOf(path), Handle.Use.READ);
  }

  /// Sets the metadata of what is there.
  public void update(String path, Wanted wanted) throws IOException {
    metadata.apply(path, directories.parentOf(path), Directories.nameOf(path), wanted);
  }

  public void symlink(String path, byte[] pointsTo, Wanted wanted) throws IOException {
    Handle in = directories.parentOf(path);
    byte[] name = Directories.nameOf(path);
    boolean same =
        isThere(in, name, FileStatus.SYMLINK) && Arrays.equals(in.linkTarget(name), pointsTo);
    if (!same) {
      removeIfThere(in, name);
      Changes.makeSymlink(in, name, pointsTo);
    }
    metadata.apply(path, in, name, wanted);
  }

  /// A pipe, socket or device.
  public void special(String path, int major, int minor, Wanted wanted) throws IOException {
    Handle in = directories.parentOf(path);
    byte[] name = Directories.nameOf(path);
    int type = wanted.mode() & FileStatus.TYPE_MASK;
    if (exists(in, name)) {
      requireNoDirectory(in, name);
      removeIfThere(in, name);
    }
    Changes.makeSpecial(in, name, type, major, minor);
    metadata.apply(path, in, name, wanted);
  }

  /// Gives an entry that was written before a further name.
  public void hardLink(String path, String existing) throws IOException {
    byte[] existingName = Directories.nameOf(existing);
    byte[] name = Directories.nameOf(path);
    try (Directories other = directories.again()) {
      Handle from = other.parentOf(existing);
      Handle in = directories.parentOf(path);
      FileStatus status = from.status(existingName);
      if (status.isDirectory()) {
        throw new BlockedEntryException("'" + existing + "' is a directory");
      }
      if (exists(in, name)) {
        FileStatus before = in.status(name);
        if (before.inode() == status.inode() && before.device() == status.device()) {
          return;
        }
        requireNoDirectory(in, name);
        removeIfThere(in, name);
      }
      Changes.makeHardLink(from, existingName, in, name);
    }
  }

  /// Gives the directories that are left their metadata and makes everything durable.
  public void finish() throws IOException {
    while (!pending.isEmpty()) {
      finishDirectory(pending.removeLast());
    }
    directories.top().syncFileSystem();
  }

  /// What is in it has been written: a directory that refuses its metadata is told, and no more.
  private void finishDirectory(Pending directory) throws IOException {
    try {
      metadata.apply(
          directory.path(),
          directories.parentOf(directory.path()),
          Directories.nameOf(directory.path()),
          directory.wanted());
    } catch (BlockedEntryException e) {
      problems.directoryNotFinished(directory.path(), e);
    } catch (PosixException e) {
      if (e.isNoSpace()) {
        throw e;
      }
      problems.directoryNotFinished(directory.path(), e);
    }
  }

  /// True once the walk has passed everything that can lie in the directory.
  private static boolean isLeft(String directory, String path) {
    return !path.startsWith(directory + "/")
        && io.holdfast.files.PathText.compare(path, directory + "/") > 0;
  }

  /// True if there is an entry of this type; one of another type is removed, a directory that is in
  /// the way refused.
  private boolean isThere(Handle in, byte[] name, int type) throws IOException {
    if (!exists(in, name)) {
      return false;
    }
    FileStatus status = in.status(name);
    if (status.type() == type) {
      return true;
    }
    if (status.isDirectory()) {
      throw new BlockedEntryException("a directory is in the way");
    }
    Changes.removeFile(in, name);
    return false;
  }

  private static boolean exists(Handle in, byte[] name) throws PosixException {
    try {
      in.status(name);
      return true;
    } catch (PosixException e) {
      if (e.errno() == PosixException.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  private static void requireNoDirectory(Handle in, byte[] name) throws IOException {
    if (in.status(name).isDirectory()) {
      throw new BlockedEntryException("a directory is in the way");
    }
  }

  private static void removeIfThere(Handle in, byte[] name) throws PosixException {
    try {
      Changes.removeFile(in, name);
    } catch (PosixException e) {
      if (e.errno() != PosixException.ENOENT) {
        throw e;
      }
    }
  }

  @Override
  public void close() throws PosixException {
    directories.close();
  }
}
