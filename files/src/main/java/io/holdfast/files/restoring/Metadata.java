package io.holdfast.files.restoring;

import io.holdfast.files.ExtendedAttribute;
import io.holdfast.files.PathText;
import io.holdfast.files.posix.Changes;
import io.holdfast.files.posix.ExtendedAttributes;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.Handle;
import io.holdfast.files.posix.PosixException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;

/// Gives an entry its metadata, in the order that keeps it: owner (which clears set-id and
/// capabilities), attributes, permissions, time. *Confined.*
final class Metadata {
  private final RestoreProblems problems;

  Metadata(RestoreProblems problems) {
    this.problems = problems;
  }

  /// Of what lies there now.
  ///
  /// @param in the directory; `name` the entry in it
  /// @throws BlockedEntryException if it is not of the type that `wanted` says: somebody else put
  ///   it there meanwhile
  void apply(String path, Handle in, byte[] name, Wanted wanted) throws IOException {
    apply(path, in, name, in.status(name), wanted);
  }

  /// Of an entry that was seen before. Who may write in the directory may put something else in its
  /// place at any time, and that must not get an owner and permissions that it never had: all but
  /// the time is set by the handle of what was checked.
  ///
  /// @throws BlockedEntryException if something else lies there, or it is not of the type that
  ///   `wanted` says
  void apply(String path, Handle in, byte[] name, FileStatus seen, Wanted wanted)
      throws IOException {
    boolean opened = seen.isRegular() || seen.isDirectory();
    try (Handle entry = in.open(name, opened ? Handle.Use.READ : Handle.Use.LOOK)) {
      FileStatus status = entry.status();
      if (status.inode() != seen.inode()
          || status.device() != seen.device()
          || status.type() != (wanted.mode() & FileStatus.TYPE_MASK)) {
        throw new BlockedEntryException("something else was put there meanwhile");
      }
      owner(path, entry, status, wanted);
      attributes(path, entry, wanted);
      if (!status.isSymlink()) {
        permissions(entry, opened, wanted.mode() & 07777);
      }
    }
    Changes.setModified(in, name, wanted.modified());
  }

  private void owner(String path, Handle entry, FileStatus status, Wanted wanted)
      throws PosixException {
    if (status.uid() == wanted.uid() && status.gid() == wanted.gid()) {
      return;
    }
    try {
      Changes.setOwner(entry, wanted.uid(), wanted.gid());
    } catch (PosixException e) {
      if (e.errno() != PosixException.EPERM && e.errno() != PosixException.EINVAL) {
        throw e;
      }
      problems.ownerNotSet(path);
    }
  }

  private static void permissions(Handle entry, boolean opened, int permissions)
      throws PosixException {
    if (opened) {
      Changes.setPermissions(entry, permissions);
    } else {
      Changes.setPermissionsOfSpecial(entry, permissions);
    }
  }

  private void attributes(String path, Handle entry, Wanted wanted) throws PosixException {
    SortedMap<byte[], byte[]> present = ExtendedAttributes.read(entry);
    for (ExtendedAttribute attribute : wanted.extendedAttributes()) {
      byte[] before = present.remove(attribute.name());
      if (before == null || !Arrays.equals(before, attribute.value())) {
        try {
          ExtendedAttributes.set(entry, attribute.name(), attribute.value());
        } catch (PosixException e) {
          problems.attributeNotSet(path, attribute.toString(), e);
        }
      }
    }
    for (Map.Entry<byte[], byte[]> extra : present.entrySet()) {
      String name = PathText.of(extra.getKey());
      // Labels that the system gives by itself are its own affair.
      if (!name.startsWith("security.")) {
        try {
          ExtendedAttributes.remove(entry, extra.getKey());
        } catch (PosixException e) {
          problems.attributeNotSet(path, name, e);
        }
      }
    }
  }
}
