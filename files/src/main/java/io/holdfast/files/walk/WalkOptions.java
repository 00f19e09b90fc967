package io.holdfast.files.walk;

import java.util.Set;

/// What a walk leaves out.
///
/// @param leftOut paths that are passed over in any case, such as the repository's own directory
public record WalkOptions(Excludes excludes, Caches caches, Mounts mounts, Set<String> leftOut) {
  /// Directories with a `CACHEDIR.TAG`.
  public enum Caches {
    INCLUDED,
    /// Of such a directory, itself and the tag are there.
    EXCLUDED
  }

  /// Other file systems that are mounted below a root.
  public enum Mounts {
    CROSSED,
    /// The directory is there, and empty.
    NOT_CROSSED
  }

  public WalkOptions {
    leftOut = Set.copyOf(leftOut);
  }
}
