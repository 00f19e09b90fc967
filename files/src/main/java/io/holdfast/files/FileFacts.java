package io.holdfast.files;

import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.FileStatus.Timestamp;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What is kept of an entry beyond path, kind, mode, seconds and names of its owners. The bytes are
/// specified in `docs/format/files.md`.
///
/// @param size logical bytes of a regular file, holes included
/// @param modifiedNanos the part of the modification time below a second
/// @param hardLink the path of the entry that has the content, where this is a further name of it;
///   else empty
/// @param regions where data lie in a sparse file; empty where everything is data
public record FileFacts(
    Set<Mark> marks,
    long size,
    int modifiedNanos,
    Timestamp changed,
    long inode,
    int uid,
    int gid,
    int rdevMajor,
    int rdevMinor,
    String hardLink,
    List<Region> regions,
    List<ExtendedAttribute> extendedAttributes) {
  /// What happened while the entry was read.
  public enum Mark {
    /// Somebody wrote the file each time it was read: the content may be of several moments.
    CHANGED_WHILE_READ,
    /// It was written so shortly before that a later change may not show in its times.
    RACY,
    /// It is a sparse file: [FileFacts#regions] holds, even where there is no region at all.
    SPARSE
  }

  /// A stretch of data.
  public record Region(long offset, long length) {}

  public FileFacts {
    marks = marks.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(marks));
    regions = List.copyOf(regions);
    extendedAttributes = List.copyOf(extendedAttributes);
  }

  public boolean isHardLink() {
    return !hardLink.isEmpty();
  }

  /// The bytes that trees keep.
  public byte[] encode() {
    return FactsCodec.encode(this);
  }

  /// Reads what [#encode] wrote.
  ///
  /// @throws IllegalArgumentException if that is something else
  public static FileFacts decode(byte[] bytes) {
    return FactsCodec.decode(bytes);
  }

  /// True if the entry is as it was when these facts were taken, as far as the kernel can tell: one
  /// status is enough, nothing needs to be read.
  public boolean isStillOf(FileStatus status, long modifiedSeconds) {
    return !marks.contains(Mark.RACY)
        && !marks.contains(Mark.CHANGED_WHILE_READ)
        && inode == status.inode()
        && (!status.isRegular() || size == status.size())
        && modifiedSeconds == status.modified().seconds()
        && modifiedNanos == status.modified().nanos()
        && changed.equals(status.changed());
  }
}
