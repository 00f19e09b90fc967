package io.holdfast.files.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The functions of the C library. Every handle but the plain ones takes the place for `errno`
/// first.
@SuppressWarnings("restricted")
final class Libc {
  static final int AT_FDCWD = -100;
  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final int AT_REMOVEDIR = 0x200;
  static final int AT_EMPTY_PATH = 0x1000;
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int O_NONBLOCK = 0x800;
  static final int O_NOATIME = 0x40000;
  static final int O_CLOEXEC = 0x80000;
  static final int O_PATH = 0x200000;
  static final int O_DIRECTORY;
  static final int O_NOFOLLOW;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;

  // Struct layouts and numbers are known for these processors only.
  static {
    String processor = System.getProperty("os.arch", "");
    boolean arm = processor.equals("aarch64");
    if (!arm && !processor.equals("amd64")) {
      throw new UnsupportedOperationException("file trees are not supported on " + processor);
    }
    O_DIRECTORY = arm ? 0x4000 : 0x10000;
    O_NOFOLLOW = arm ? 0x8000 : 0x20000;
  }

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup SYMBOLS = LINKER.defaultLookup();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_VALUE =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  static final MethodHandle OPENAT =
      variadic("openat", 3, ints(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  static final MethodHandle CLOSE = handle("close", ints(JAVA_INT, JAVA_INT));
  static final MethodHandle STATX =
      handle("statx", ints(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
  static final MethodHandle GETDENTS =
      handle("getdents64", ints(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  static final MethodHandle PREAD =
      handle("pread", ints(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
  static final MethodHandle PWRITE =
      handle("pwrite", ints(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
  static final MethodHandle LSEEK = handle("lseek", ints(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
  static final MethodHandle FTRUNCATE = handle("ftruncate", ints(JAVA_INT, JAVA_INT, JAVA_LONG));
  static final MethodHandle FSYNC = handle("fsync", ints(JAVA_INT, JAVA_INT));
  static final MethodHandle SYNCFS = handle("syncfs", ints(JAVA_INT, JAVA_INT));
  static final MethodHandle READLINKAT =
      handle("readlinkat", ints(JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));
  static final MethodHandle MKDIRAT =
      handle("mkdirat", ints(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  static final MethodHandle SYMLINKAT =
      handle("symlinkat", ints(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));
  static final MethodHandle LINKAT =
      handle("linkat", ints(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));
  static final MethodHandle MKNODAT =
      handle("mknodat", ints(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG));
  static final MethodHandle UNLINKAT =
      handle("unlinkat", ints(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  static final MethodHandle RENAMEAT =
      handle("renameat", ints(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));
  static final MethodHandle FCHOWNAT =
      handle("fchownat", ints(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT));
  static final MethodHandle FCHMODAT =
      handle("fchmodat", ints(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  static final MethodHandle FCHMOD = handle("fchmod", ints(JAVA_INT, JAVA_INT, JAVA_INT));
  static final MethodHandle UTIMENSAT =
      handle("utimensat", ints(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
  static final MethodHandle LISTXATTR =
      handle("listxattr", ints(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));
  static final MethodHandle GETXATTR =
      handle("getxattr", ints(JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
  static final MethodHandle SETXATTR =
      handle("setxattr", ints(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT));
  static final MethodHandle REMOVEXATTR = handle("removexattr", ints(JAVA_INT, ADDRESS, ADDRESS));
  static final MethodHandle GETEUID = plain("geteuid", ints(JAVA_INT));
  static final MethodHandle STRERROR = plain("strerror", ints(ADDRESS, JAVA_INT));
  static final MethodHandle GETPWUID =
      plain("getpwuid_r", ints(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
  static final MethodHandle GETGRGID =
      plain("getgrgid_r", ints(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
  static final MethodHandle GETPWNAM =
      plain("getpwnam_r", ints(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
  static final MethodHandle GETGRNAM =
      plain("getgrnam_r", ints(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));

  private Libc() {}

  /// The error that a call left in its state.
  static PosixException failure(String call, MemorySegment state) {
    int errno = (int) ERRNO_VALUE.get(state, 0L);
    return new PosixException(call, errno, text(errno));
  }

  static MemorySegment name(Arena arena, byte[] bytes) {
    MemorySegment segment = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return segment;
  }

  /// What every call may throw is a bug of this package.
  static IllegalStateException impossible(Throwable failure) {
    return new IllegalStateException(failure);
  }

  private static String text(int errno) {
    try {
      MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
      String words = text.reinterpret(256).getString(0);
      return Character.toLowerCase(words.charAt(0)) + words.substring(1);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private static FunctionDescriptor ints(MemoryLayout result, MemoryLayout... arguments) {
    return FunctionDescriptor.of(result, arguments);
  }

  private static MethodHandle handle(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(SYMBOLS.findOrThrow(name), type, ERRNO);
  }

  private static MethodHandle plain(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(SYMBOLS.findOrThrow(name), type);
  }

  private static MethodHandle variadic(String name, int fixed, FunctionDescriptor type) {
    return LINKER.downcallHandle(
        SYMBOLS.findOrThrow(name), type, ERRNO, Linker.Option.firstVariadicArg(fixed));
  }
}
