package io.holdfast.files.posix;

import java.io.IOException;

/// A system call that failed.
public final class PosixException extends IOException {
  private static final long serialVersionUID = 1L;

  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EACCES = 13;
  public static final int EEXIST = 17;
  public static final int ENOTDIR = 20;
  public static final int EISDIR = 21;
  public static final int EINVAL = 22;
  public static final int ENOSPC = 28;
  public static final int ERANGE = 34;
  public static final int ENOTEMPTY = 39;
  public static final int ELOOP = 40;
  public static final int ENODATA = 61;
  public static final int EOPNOTSUPP = 95;
  public static final int EDQUOT = 122;
  public static final int ESTALE = 116;
  static final int ENXIO = 6;
  static final int EINTR = 4;

  private final int errno;

  PosixException(String call, int errno, String reason) {
    super(reason + " (" + call + ")");
    this.errno = errno;
  }

  /// The error's number; those that callers tell apart are constants here.
  public int errno() {
    return errno;
  }

  /// True where the disk is full or a quota is used up.
  public boolean isNoSpace() {
    return errno == ENOSPC || errno == EDQUOT;
  }
}
