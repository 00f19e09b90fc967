package io.holdfast.files.restoring;

import io.holdfast.files.posix.PosixException;
import java.io.IOException;

/// Told of metadata that could not be set; the entry itself is there.
public interface RestoreProblems {
  void ownerNotSet(String path);

  void attributeNotSet(String path, String attribute, PosixException why);

  /// Some of a directory's metadata may be missing.
  void directoryNotFinished(String path, IOException why);
}
