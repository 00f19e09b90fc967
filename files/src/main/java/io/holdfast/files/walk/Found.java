package io.holdfast.files.walk;

import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.Handle;

/// An entry that a walk came to.
///
/// @param path its place in the tree
/// @param name the last segment as the kernel knows it
/// @param in the directory it lies in; open until the walk goes on
public record Found(String path, FileName name, Handle in, FileStatus status) {
  /// The bytes of a name. Immutable.
  public static final class FileName {
    private final byte[] bytes;

    FileName(byte[] bytes) {
      this.bytes = bytes;
    }

    public byte[] toBytes() {
      return bytes.clone();
    }
  }
}
