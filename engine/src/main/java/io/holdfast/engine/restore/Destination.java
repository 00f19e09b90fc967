package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// A directory that a restore may fill: empty or not there yet, writable, and in nobody's way.
final class Destination {
  private Destination() {}

  /// Checks a directory and finds where it really is: a link to a directory is followed once, here,
  /// so that nothing later depends on it.
  ///
  /// @throws BackupException that says why it cannot be used; nothing was written
  static Path of(Path wanted) throws IOException {
    requireEmpty(wanted);
    Path existing = existingParent(wanted);
    Path real = existing.toRealPath().resolve(existing.relativize(wanted.toAbsolutePath()));
    Path directory = real.normalize();
    for (Path above = directory.getParent(); above != null; above = above.getParent()) {
      requireNobodys(directory, above);
    }
    if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
      throw new BackupException(
          ErrorCode.TARGET_NOT_WRITABLE,
          wanted + " cannot be written: no permission in " + existing,
          "Choose another directory, or run as a user who may write there.");
    }
    return directory;
  }

  /// Requires that neither of a tablespace and something else lies in the other.
  ///
  /// @param what the other, for the message
  static void requireApart(String what, Path to, Path space) {
    if (space.startsWith(to) || to.startsWith(space)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "tablespace location " + space + " and " + what + " at " + to + " lie in each other",
          "Put the tablespace elsewhere with --tablespace OLD=NEW.");
    }
  }

  /// The directory itself, or the nearest one above it that exists.
  static Path existingParent(Path path) {
    Path current = path.toAbsolutePath();
    while (!Files.exists(current)) {
      Path parent = current.getParent();
      if (parent == null) {
        return current;
      }
      current = parent;
    }
    return current;
  }

  private static void requireEmpty(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.exists(directory)) {
      throw notEmpty(directory, "is a link that leads nowhere");
    }
    if (!Files.isDirectory(directory)) {
      throw notEmpty(directory, "is not a directory");
    }
    try (Stream<Path> content = Files.list(directory)) {
      Optional<Path> first = content.findFirst();
      if (first.isPresent()) {
        throw notEmpty(directory, "is not empty: it holds " + first.get().getFileName());
      }
    } catch (AccessDeniedException e) {
      throw new BackupException(
          ErrorCode.TARGET_NOT_WRITABLE,
          directory + " cannot be read",
          "Choose a directory of your own, or run as its owner.",
          e);
    }
  }

  private static BackupException notEmpty(Path directory, String why) {
    return new BackupException(
        ErrorCode.TARGET_NOT_EMPTY,
        directory + " " + why,
        "Holdfast never writes over what is there: choose an empty directory (for tablespaces --tablespace OLD=NEW).");
  }

  /// A server removes or backs up what lies in its data directory, and a repository is no place for
  /// anything in clear.
  private static void requireNobodys(Path directory, Path above) {
    if (Files.exists(above.resolve("PG_VERSION")) && Files.isDirectory(above.resolve("base"))) {
      throw inside(directory, "the data directory of a PostgreSQL cluster, " + above);
    }
    if (Files.exists(above.resolve("format").resolve("v1"))
        && Files.isDirectory(above.resolve("keys"))) {
      throw inside(directory, "a repository, " + above);
    }
  }

  private static BackupException inside(Path directory, String what) {
    return new BackupException(
        ErrorCode.BAD_ARGUMENT,
        directory + " lies inside " + what,
        "Choose a directory outside of it.");
  }
}
