package io.holdfast.files.posix;

/// What the kernel says of a file, without following a link.
///
/// @param mode type and permission bits
/// @param rdevMajor of a device
/// @param device the file system it lies in, as one number that is good for comparing only
public record FileStatus(
    int mode,
    long size,
    long inode,
    long links,
    int uid,
    int gid,
    Timestamp modified,
    Timestamp changed,
    int rdevMajor,
    int rdevMinor,
    long device,
    long blocks) {
  /// The bits of `mode` that say what it is.
  public static final int TYPE_MASK = 0170000;

  public static final int REGULAR = 0100000;
  public static final int DIRECTORY = 0040000;
  public static final int SYMLINK = 0120000;
  public static final int CHARACTER_DEVICE = 0020000;
  public static final int BLOCK_DEVICE = 0060000;
  public static final int FIFO = 0010000;
  public static final int SOCKET = 0140000;

  /// A moment with its nanoseconds.
  public record Timestamp(long seconds, int nanos) implements Comparable<Timestamp> {
    @Override
    public int compareTo(Timestamp other) {
      int order = Long.compare(seconds, other.seconds);
      return order != 0 ? order : Integer.compare(nanos, other.nanos);
    }
  }

  public int type() {
    return mode & TYPE_MASK;
  }

  public boolean isRegular() {
    return type() == REGULAR;
  }

  public boolean isDirectory() {
    return type() == DIRECTORY;
  }

  public boolean isSymlink() {
    return type() == SYMLINK;
  }

  /// Permission bits, with set-id and sticky.
  public int permissions() {
    return mode & 07777;
  }

  /// True if it is the same file in the same state: nobody wrote it or changed its metadata.
  public boolean isSameState(FileStatus other) {
    return size == other.size
        && inode == other.inode
        && mode == other.mode
        && modified.equals(other.modified)
        && changed.equals(other.changed);
  }
}
