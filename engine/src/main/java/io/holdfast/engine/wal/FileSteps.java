package io.holdfast.engine.wal;

/// The step in which files are read and written: for each call Java takes as much memory outside of
/// its heap as the call may transfer.
final class FileSteps {
  static final int BYTES = 1 << 20;

  private FileSteps() {}
}
