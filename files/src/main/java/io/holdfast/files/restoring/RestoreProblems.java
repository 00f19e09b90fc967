package io.holdfast.files.restoring;

import io.holdfast.files.posix.PosixException;

/// Told of metadata that this user or file system does not allow; the entry itself is there.
public interface RestoreProblems {
  void ownerNotSet(String path);

  void attributeNotSet(String path, String attribute, PosixException why);
}
