package io.holdfast.engine.files;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.nio.file.Path;
import java.util.List;

/// What to back up.
///
/// @param paths absolute
/// @param excludes patterns in the syntax of `.gitignore`
public record FilesBackupRequest(
    List<Path> paths,
    List<String> excludes,
    Caches caches,
    Mounts mounts,
    Differences differences) {
  /// Directories with a `CACHEDIR.TAG`.
  public enum Caches {
    INCLUDED,
    /// Of such a directory, itself and the tag are backed up.
    EXCLUDED
  }

  /// Other file systems that are mounted below a path.
  public enum Mounts {
    CROSSED,
    NOT_CROSSED
  }

  /// How changed pieces of files are stored.
  public enum Differences {
    /// As the difference to the version before, where that is much shorter.
    ALLOWED,
    /// Whole: nothing is read from the repository to compare with.
    NONE
  }

  private static final int PATHS_MAX = 500;

  /// With differences.
  public FilesBackupRequest(List<Path> paths, List<String> excludes, Caches caches, Mounts mounts) {
    this(paths, excludes, caches, mounts, Differences.ALLOWED);
  }

  public FilesBackupRequest {
    paths = List.copyOf(paths);
    excludes = List.copyOf(excludes);
    if (paths.isEmpty() || paths.size() > PATHS_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          paths.size() + " paths were given",
          "Name 1 to " + PATHS_MAX + " files or directories to back up.");
    }
  }
}
