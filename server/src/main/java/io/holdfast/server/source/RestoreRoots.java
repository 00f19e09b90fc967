package io.holdfast.server.source;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/// Directories of this server below which requests may restore clusters.
public record RestoreRoots(List<Path> all) {
  private static final int CHARACTERS_MAX = 1_000;

  public RestoreRoots {
    all = List.copyOf(all);
  }

  /// The path, which is below one of the roots, by its name and wherever links lead.
  ///
  /// @throws BackupException `BAD_ARGUMENT`
  public Path require(String target) {
    if (all.isEmpty()) {
      throw refused(
          "this server restores nowhere by request",
          "Name directories with 'restoreRoots' in the section 'server' of its configuration, or"
              + " restore with 'holdfast restore'.");
    }
    Path path = parse(target);
    Path root =
        all.stream()
            .filter(it -> path.startsWith(it) && !path.equals(it))
            .findFirst()
            .orElseThrow(() -> outside(target));
    try {
      if (!existing(path, root).toRealPath().startsWith(root.toRealPath())) {
        throw outside(target);
      }
    } catch (IOException _) {
      throw refused(
          Quoted.of(root.toString()) + " or what is below it cannot be looked at",
          "Make the directory, and let the server's user into it.");
    }
    return path;
  }

  private static Path parse(String target) {
    try {
      Path path = Path.of(target);
      boolean isPlain =
          path.isAbsolute()
              && path.equals(path.normalize())
              && target.length() <= CHARACTERS_MAX
              && target.chars().noneMatch(Character::isISOControl);
      if (isPlain) {
        return path;
      }
    } catch (InvalidPathException _) {
      // Said below.
    }
    throw refused(
        Quoted.of(target) + " is no directory to restore to",
        "Give a whole path without '..', below one of the server's restoreRoots.");
  }

  /// The nearest of the path and those above it that is there, be it a link that leads nowhere; the
  /// root if none is.
  private static Path existing(Path path, Path root) {
    Path below = root.relativize(path);
    for (int names = below.getNameCount(); names > 0; names--) {
      Path one = root.resolve(below.subpath(0, names));
      if (Files.exists(one, LinkOption.NOFOLLOW_LINKS)) {
        return one;
      }
    }
    return root;
  }

  private static BackupException outside(String target) {
    return refused(
        Quoted.of(target) + " is not below a directory that requests may restore to",
        "The server's configuration names them with 'restoreRoots'.");
  }

  private static BackupException refused(String what, String hint) {
    return new BackupException(ErrorCode.BAD_ARGUMENT, what, hint);
  }
}
