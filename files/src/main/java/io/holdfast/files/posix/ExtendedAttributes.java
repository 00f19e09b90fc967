package io.holdfast.files.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;

/// Extended attributes of anything, links too, in all name spaces that the caller may see; access
/// lists are among them. They are reached through `/proc/self/fd`, by a handle that follows no
/// link.
public final class ExtendedAttributes {
  /// The most bytes of one value that the kernel takes.
  public static final int VALUE_BYTES_MAX = 64 << 10;

  private static final Comparator<byte[]> BY_BYTES = Arrays::compareUnsigned;

  private ExtendedAttributes() {}

  /// All names with their values. Empty where the file system knows none.
  public static SortedMap<byte[], byte[]> read(Handle looked) throws PosixException {
    SortedMap<byte[], byte[]> found = new TreeMap<>(BY_BYTES);
    Scratch scratch = Scratch.get();
    byte[] path = throughProc(looked);
    long bytes;
    try {
      bytes =
          (long)
              Libc.LISTXATTR.invokeExact(
                  scratch.state, scratch.name(path), scratch.buffer, (long) Scratch.BUFFER_BYTES);
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
    if (bytes < 0) {
      PosixException failure = Libc.failure("listxattr", scratch.state);
      if (failure.errno() == PosixException.EOPNOTSUPP) {
        return found;
      }
      throw failure;
    }
    byte[] names = scratch.buffer.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
    int from = 0;
    for (int at = 0; at < names.length; at++) {
      if (names[at] == 0) {
        byte[] name = Arrays.copyOfRange(names, from, at);
        byte[] value = value(path, name);
        if (value != null) {
          found.put(name, value);
        }
        from = at + 1;
      }
    }
    return found;
  }

  public static void set(Handle looked, byte[] name, byte[] value) throws PosixException {
    if (value.length > VALUE_BYTES_MAX) {
      throw new IllegalArgumentException("an attribute of " + value.length + " bytes");
    }
    Scratch scratch = Scratch.get();
    MemorySegment.copy(value, 0, scratch.buffer, ValueLayout.JAVA_BYTE, 0, value.length);
    int result;
    try {
      result =
          (int)
              Libc.SETXATTR.invokeExact(
                  scratch.state,
                  scratch.name(throughProc(looked)),
                  scratch.secondName(name),
                  scratch.buffer,
                  (long) value.length,
                  0);
    } catch (IllegalArgumentException e) {
      throw e;
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
    if (result < 0) {
      throw Libc.failure("setxattr", scratch.state);
    }
  }

  public static void remove(Handle looked, byte[] name) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      Scratch scratch = Scratch.get();
      int result;
      try {
        result =
            (int)
                Libc.REMOVEXATTR.invokeExact(
                    scratch.state, Libc.name(arena, throughProc(looked)), scratch.secondName(name));
      } catch (Throwable e) {
        throw Libc.impossible(e);
      }
      if (result < 0) {
        throw Libc.failure("removexattr", scratch.state);
      }
    }
  }

  static byte[] throughProc(Handle handle) {
    return ("/proc/self/fd/" + handle.number()).getBytes(StandardCharsets.US_ASCII);
  }

  /// Null where the attribute went away meanwhile.
  private static byte @org.jspecify.annotations.Nullable [] value(byte[] path, byte[] name)
      throws PosixException {
    Scratch scratch = Scratch.get();
    long bytes;
    try {
      bytes =
          (long)
              Libc.GETXATTR.invokeExact(
                  scratch.state,
                  scratch.name(path),
                  scratch.secondName(name),
                  scratch.buffer,
                  (long) VALUE_BYTES_MAX);
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
    if (bytes < 0) {
      PosixException failure = Libc.failure("getxattr", scratch.state);
      if (failure.errno() == PosixException.ENODATA) {
        return null;
      }
      throw failure;
    }
    return scratch.buffer.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
  }
}
