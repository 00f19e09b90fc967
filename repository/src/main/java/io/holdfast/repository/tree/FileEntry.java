package io.holdfast.repository.tree;

/// The metadata of a file, directory or symbolic link.
///
/// @param path relative, segments joined by `/`, none of them empty, `.` or `..`
/// @param size bytes; 0 for all but files
/// @param mode the permission bits and what goes with them, as the system gives them
/// @param mtimeSeconds seconds since 1970 UTC
/// @param linkTarget where a symbolic link points, as written; empty for all else
/// @param owner name or number as text, may be empty
/// @param group name or number as text, may be empty
/// @param attributes what else there is to know, in a form of the caller's own
public record FileEntry(
    String path,
    FileKind kind,
    long size,
    int mode,
    long mtimeSeconds,
    String linkTarget,
    String owner,
    String group,
    Digest digest,
    Attributes attributes) {
  /// The largest file: 1 PiB.
  public static final long SIZE_MAX = 1L << 50;

  /// Bytes of an owner or group.
  public static final int OWNER_BYTES_MAX = 256;

  /// An entry without further attributes.
  public FileEntry(
      String path,
      FileKind kind,
      long size,
      int mode,
      long mtimeSeconds,
      String linkTarget,
      String owner,
      String group,
      Digest digest) {
    this(path, kind, size, mode, mtimeSeconds, linkTarget, owner, group, digest, Attributes.NONE);
  }

  public FileEntry {
    TreePaths.require(path);
    if (size < 0 || size > SIZE_MAX || (kind != FileKind.FILE && size != 0)) {
      throw new IllegalArgumentException("bad size " + size + " of '" + path + "'");
    }
    TreePaths.requireText(linkTarget, TreePaths.PATH_BYTES_MAX);
    if (linkTarget.isEmpty() == (kind == FileKind.SYMLINK)) {
      throw new IllegalArgumentException("bad link target '" + linkTarget + "' of '" + path + "'");
    }
    TreePaths.requireText(owner, OWNER_BYTES_MAX);
    TreePaths.requireText(group, OWNER_BYTES_MAX);
  }
}
