package io.holdfast.files.posix;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// An open file or directory. Calls that take a name work in this directory and never follow a link
/// in the last segment; callers give one segment only, so nothing leads elsewhere. *Confined* to
/// one thread at a time.
public final class Handle implements AutoCloseable {
  /// What a file is opened for.
  public enum Use {
    /// Reading a regular file or a directory, without touching its access time where the kernel
    /// allows that.
    READ,
    /// Looking at anything without opening it.
    LOOK
  }

  private static final int STATX_BASIC = 0x7ff;
  private static final int DIRENT_HEADER = 19;
  private static final byte[] EMPTY = {};

  private final int fd;
  private boolean open = true;

  private Handle(int fd) {
    this.fd = fd;
  }

  /// Opens a directory by its path, links followed: for a place that the user named.
  public static Handle openDirectory(Path path) throws PosixException {
    byte[] name = path.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
    return openDirectory(name);
  }

  /// The same by the bytes of an absolute path.
  public static Handle openDirectory(byte[] path) throws PosixException {
    return new Handle(
        openat(Libc.AT_FDCWD, path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0));
  }

  /// Opens a directory in this one.
  public Handle directory(byte[] name) throws PosixException {
    return new Handle(
        openat(fd, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0));
  }

  /// Opens what is there under this name.
  public Handle open(byte[] name, Use use) throws PosixException {
    int flags = Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
    return switch (use) {
      case LOOK -> new Handle(openat(fd, name, flags | Libc.O_PATH, 0));
      case READ -> {
        int reading = flags | Libc.O_RDONLY | Libc.O_NONBLOCK;
        try {
          yield new Handle(openat(fd, name, reading | Libc.O_NOATIME, 0));
        } catch (PosixException e) {
          if (e.errno() != PosixException.EPERM) {
            throw e;
          }
          yield new Handle(openat(fd, name, reading, 0));
        }
      }
    };
  }

  /// Makes a regular file that only its owner may read, for writing. It must not exist.
  public Handle create(byte[] name) throws PosixException {
    int flags = Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
    return new Handle(openat(fd, name, flags, 0600));
  }

  /// The status of this file.
  public FileStatus status() throws PosixException {
    return statx(EMPTY, Libc.AT_EMPTY_PATH);
  }

  /// The status of what is there under this name.
  public FileStatus status(byte[] name) throws PosixException {
    return statx(name, Libc.AT_SYMLINK_NOFOLLOW);
  }

  /// The next names of this directory, without `.` and `..`, in no order; empty at the end.
  public List<byte[]> nextNames() throws PosixException {
    Scratch scratch = Scratch.get();
    long bytes;
    try {
      bytes =
          (long)
              Libc.GETDENTS.invokeExact(
                  scratch.state, fd, scratch.buffer, (long) Scratch.BUFFER_BYTES);
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
    if (bytes < 0) {
      throw Libc.failure("getdents64", scratch.state);
    }
    if (bytes == 0) {
      return List.of();
    }
    List<byte[]> names = new ArrayList<>();
    for (long at = 0; at < bytes; ) {
      int length = scratch.buffer.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + 16) & 0xffff;
      byte[] name = nameAt(scratch.buffer, at + DIRENT_HEADER, at + length);
      if (!isDots(name)) {
        names.add(name);
      }
      at += length;
    }
    return names.isEmpty() ? nextNames() : names;
  }

  /// Reads at a position; -1 at the end.
  public int read(long position, byte[] target, int offset, int length) throws PosixException {
    Scratch scratch = Scratch.get();
    int wanted = Math.min(length, Scratch.BUFFER_BYTES);
    long got;
    try {
      got =
          (long) Libc.PREAD.invokeExact(scratch.state, fd, scratch.buffer, (long) wanted, position);
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
    if (got < 0) {
      throw Libc.failure("pread", scratch.state);
    }
    MemorySegment.copy(scratch.buffer, ValueLayout.JAVA_BYTE, 0, target, offset, (int) got);
    return got == 0 ? -1 : (int) got;
  }

  /// Writes all bytes at a position.
  public void write(long position, byte[] source, int offset, int length) throws PosixException {
    Scratch scratch = Scratch.get();
    int done = 0;
    while (done < length) {
      int part = Math.min(length - done, Scratch.BUFFER_BYTES);
      MemorySegment.copy(source, offset + done, scratch.buffer, ValueLayout.JAVA_BYTE, 0, part);
      long written;
      try {
        written =
            (long)
                Libc.PWRITE.invokeExact(
                    scratch.state, fd, scratch.buffer, (long) part, position + done);
      } catch (Throwable e) {
        throw Libc.impossible(e);
      }
      if (written < 0) {
        throw Libc.failure("pwrite", scratch.state);
      }
      done += (int) written;
    }
  }

  /// Where the next data begin at or behind a position; -1 if only a hole follows.
  public long nextData(long position) throws PosixException {
    return seek(position, Libc.SEEK_DATA);
  }

  /// Where the next hole begins at or behind a position; the end of the file is one. -1 behind it.
  public long nextHole(long position) throws PosixException {
    return seek(position, Libc.SEEK_HOLE);
  }

  /// Sets the length.
  public void truncate(long bytes) throws PosixException {
    Scratch scratch = Scratch.get();
    try {
      check("ftruncate", (int) Libc.FTRUNCATE.invokeExact(scratch.state, fd, bytes), scratch);
    } catch (PosixException e) {
      throw e;
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
  }

  /// Makes everything written to this file system durable.
  public void syncFileSystem() throws PosixException {
    Scratch scratch = Scratch.get();
    try {
      check("syncfs", (int) Libc.SYNCFS.invokeExact(scratch.state, fd), scratch);
    } catch (PosixException e) {
      throw e;
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
  }

  /// Where a link points.
  public byte[] linkTarget(byte[] name) throws PosixException {
    Scratch scratch = Scratch.get();
    long length;
    try {
      length =
          (long)
              Libc.READLINKAT.invokeExact(
                  scratch.state,
                  fd,
                  scratch.name(name),
                  scratch.buffer,
                  (long) Scratch.BUFFER_BYTES);
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
    if (length < 0) {
      throw Libc.failure("readlinkat", scratch.state);
    }
    return scratch.buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  /// The number of the kernel; for calls of this package.
  int number() {
    return fd;
  }

  private long seek(long position, int whence) throws PosixException {
    Scratch scratch = Scratch.get();
    long at;
    try {
      at = (long) Libc.LSEEK.invokeExact(scratch.state, fd, position, whence);
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
    if (at >= 0) {
      return at;
    }
    PosixException failure = Libc.failure("lseek", scratch.state);
    if (failure.errno() == PosixException.ENXIO) {
      return -1;
    }
    throw failure;
  }

  private FileStatus statx(byte[] name, int flags) throws PosixException {
    Scratch scratch = Scratch.get();
    MemorySegment path = scratch.name(name);
    int result;
    try {
      result =
          (int) Libc.STATX.invokeExact(scratch.state, fd, path, flags, STATX_BASIC, scratch.status);
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
    check("statx", result, scratch);
    return StatusLayout.read(scratch.status);
  }

  private static int openat(int directory, byte[] name, int flags, int mode) throws PosixException {
    Scratch scratch = Scratch.get();
    int result;
    try {
      result =
          (int) Libc.OPENAT.invokeExact(scratch.state, directory, scratch.name(name), flags, mode);
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
    check("openat", result, scratch);
    return result;
  }

  private static void check(String call, int result, Scratch scratch) throws PosixException {
    if (result < 0) {
      throw Libc.failure(call, scratch.state);
    }
  }

  private static byte[] nameAt(MemorySegment buffer, long from, long limit) {
    long end = from;
    while (end < limit && buffer.get(ValueLayout.JAVA_BYTE, end) != 0) {
      end++;
    }
    byte[] name = new byte[(int) (end - from)];
    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, from, name, 0, name.length);
    return name;
  }

  private static boolean isDots(byte[] name) {
    return name.length > 0 && name.length <= 2 && name[0] == '.' && name[name.length - 1] == '.';
  }

  @Override
  public void close() throws PosixException {
    if (!open) {
      return;
    }
    open = false;
    Scratch scratch = Scratch.get();
    int result;
    try {
      result = (int) Libc.CLOSE.invokeExact(scratch.state, fd);
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
    check("close", result, scratch);
  }
}
