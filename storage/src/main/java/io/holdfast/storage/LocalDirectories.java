package io.holdfast.storage;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The directories of a local store: made when needed, durable before anything is put into them,
/// and never links. *Lock-free*: two threads may prove one directory twice.
final class LocalDirectories {
  private final Path root;
  private final Path marker;
  private final FileSteps steps;
  private final Set<Path> durable = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Object rootFileKey;

  /// `marker` is a directory that exists in every store that was written to.
  LocalDirectories(Path root, Path marker, FileSteps steps) {
    this.root = root;
    this.marker = marker;
    this.steps = steps;
  }

  /// Requires that the root still is the directory that was seen first. When a disk is unmounted,
  /// an empty directory may stand in its place: nothing may be called absent because of that, and
  /// nothing may be written to it.
  void requireRoot() throws StoreUnavailableException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(root, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw new StoreUnavailableException(
          "the repository's directory " + root + " is not there (unmounted?)", e);
    }
    Object now = attributes.fileKey();
    Object seen = rootFileKey;
    if (seen == null || Files.isDirectory(marker, LinkOption.NOFOLLOW_LINKS)) {
      rootFileKey = now;
    } else if (!seen.equals(now)) {
      throw new StoreUnavailableException(
          "the repository's directory " + root + " was replaced by another one (unmounted?)");
    }
  }

  /// Makes `directory`, below the root, and those above it, each durable in its parent.
  void ensure(Path directory) throws IOException {
    if (directory.equals(root) || durable.contains(directory)) {
      return;
    }
    Path parent = parentOf(directory);
    ensure(parent);
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      try {
        steps.createDirectory(directory);
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
          throw new StoreUnavailableException(directory + " is in the way of a directory", e);
        }
      }
    }
    // Also where it was there: its maker may have died before this step.
    steps.syncDirectory(parent);
    durable.add(directory);
  }

  /// Forgets what was proved, after a directory turned out to be gone.
  void forget() {
    durable.clear();
  }

  /// Whether all directories above `path` exist. A link among them is refused: it could lead out of
  /// the repository, and two names could mean one file.
  boolean leadTo(Path path) throws IOException {
    Path at = root;
    for (Path name : root.relativize(parentOf(path))) {
      if (name.toString().isEmpty()) {
        continue;
      }
      at = at.resolve(name);
      BasicFileAttributes attributes = attributes(at);
      if (attributes == null || !attributes.isDirectory()) {
        return false;
      }
    }
    return true;
  }

  /// The attributes of what stands at `path`, null if nothing does; a link is refused.
  static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException _) {
      return null;
    }
    if (attributes.isSymbolicLink()) {
      throw StoreUnavailableException.advising(
          "Remove the link, or put what it leads to in its place: nothing in a repository is a link.",
          path + " is a symbolic link; links are not followed");
    }
    return attributes;
  }

  static Path parentOf(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalArgumentException(path + " has no parent");
    }
    return parent;
  }
}
