package io.holdfast.storage.sftp;

import org.apache.sshd.common.util.buffer.Buffer;

/// What the server says about a file.
///
/// @param bytes its size, -1 if the server did not say
/// @param mode type and permissions, -1 if the server did not say
/// @param modifiedSeconds by the server's clock, since 1970; -1 if the server did not say
record Attributes(long bytes, int mode, long modifiedSeconds) {
  private static final int HAS_SIZE = 1;
  private static final int HAS_OWNER = 2;
  private static final int HAS_MODE = 4;
  private static final int HAS_TIMES = 8;
  private static final int HAS_EXTENSIONS = 0x8000_0000;
  private static final int EXTENSIONS_MAX = 1000;

  private static final int TYPE = 0170000;
  private static final int FILE = 0100000;
  private static final int DIRECTORY = 0040000;
  private static final int LINK = 0120000;

  /// Reads them as SFTP version 3 has them.
  static Attributes read(Buffer answer) {
    int flags = answer.getInt();
    long bytes = (flags & HAS_SIZE) == 0 ? -1 : answer.getLong();
    if ((flags & HAS_OWNER) != 0) {
      var _ = answer.getInt();
      var _ = answer.getInt();
    }
    int mode = (flags & HAS_MODE) == 0 ? -1 : answer.getInt();
    long modified = -1;
    if ((flags & HAS_TIMES) != 0) {
      var _ = answer.getInt();
      modified = answer.getUInt();
    }
    if ((flags & HAS_EXTENSIONS) != 0) {
      long count = Math.min(answer.getUInt(), EXTENSIONS_MAX);
      for (long i = 0; i < count; i++) {
        var _ = answer.getBytes();
        var _ = answer.getBytes();
      }
    }
    return new Attributes(bytes, mode, modified);
  }

  /// Nothing but permissions, for what is made.
  static void putPermissions(Buffer request, int permissions) {
    request.putInt(HAS_MODE);
    request.putInt(permissions);
  }

  static void putNone(Buffer request) {
    request.putInt(0);
  }

  boolean isFile() {
    return mode != -1 && (mode & TYPE) == FILE;
  }

  boolean isDirectory() {
    return mode != -1 && (mode & TYPE) == DIRECTORY;
  }

  boolean isLink() {
    return mode != -1 && (mode & TYPE) == LINK;
  }

  boolean areComplete() {
    return mode != -1 && bytes >= 0;
  }
}
