package io.holdfast.repository.tree;

/// What an entry of a tree is.
public enum FileKind {
  FILE(1),
  DIRECTORY(2),
  SYMLINK(3),
  /// A pipe, socket or device: the mode says which. Only beside [Attributes].
  SPECIAL(4);

  private final int code;

  FileKind(int code) {
    this.code = code;
  }

  /// The number on disk.
  int code() {
    return code;
  }
}
