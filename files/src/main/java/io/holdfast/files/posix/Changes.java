package io.holdfast.files.posix;

import io.holdfast.files.posix.FileStatus.Timestamp;
import java.lang.foreign.ValueLayout;

/// Calls that make, change or remove entries of a directory. None follows a link in the last
/// segment. *Thread-safe* as far as the kernel is.
public final class Changes {
  private static final long UTIME_OMIT = (1L << 30) - 2;
  private static final byte[] EMPTY = {};

  private Changes() {}

  private interface Call {
    int run(Scratch scratch) throws Throwable;
  }

  /// Makes a directory that only its owner may enter.
  public static void makeDirectory(Handle in, byte[] name) throws PosixException {
    call("mkdirat", s -> (int) Libc.MKDIRAT.invokeExact(s.state, in.number(), s.name(name), 0700));
  }

  public static void makeSymlink(Handle in, byte[] name, byte[] target) throws PosixException {
    call(
        "symlinkat",
        s ->
            (int)
                Libc.SYMLINKAT.invokeExact(
                    s.state, s.secondName(target), in.number(), s.name(name)));
  }

  /// Gives a file a second name. A link is not followed.
  public static void makeHardLink(Handle from, byte[] existing, Handle in, byte[] name)
      throws PosixException {
    call(
        "linkat",
        s ->
            (int)
                Libc.LINKAT.invokeExact(
                    s.state, from.number(), s.secondName(existing), in.number(), s.name(name), 0));
  }

  /// Makes a pipe, socket or device; its owner alone may use it.
  ///
  /// @param type one of the types of [FileStatus]
  public static void makeSpecial(Handle in, byte[] name, int type, int major, int minor)
      throws PosixException {
    long device =
        (major & 0xfffL) << 8
            | (major & 0xfffff000L) << 32
            | (minor & 0xffL)
            | (minor & 0xffffff00L) << 12;
    call(
        "mknodat",
        s ->
            (int)
                Libc.MKNODAT.invokeExact(s.state, in.number(), s.name(name), type | 0600, device));
  }

  public static void removeFile(Handle in, byte[] name) throws PosixException {
    remove(in, name, 0);
  }

  public static void removeDirectory(Handle in, byte[] name) throws PosixException {
    remove(in, name, Libc.AT_REMOVEDIR);
  }

  /// Renames within a directory, replacing what is there.
  public static void rename(Handle in, byte[] from, byte[] to) throws PosixException {
    call(
        "renameat",
        s ->
            (int)
                Libc.RENAMEAT.invokeExact(
                    s.state, in.number(), s.secondName(from), in.number(), s.name(to)));
  }

  /// Sets the owner of what is open, or was looked up with [Handle.Use#LOOK].
  public static void setOwner(Handle entry, int uid, int gid) throws PosixException {
    call(
        "fchownat",
        s ->
            (int)
                Libc.FCHOWNAT.invokeExact(
                    s.state, entry.number(), s.name(EMPTY), uid, gid, Libc.AT_EMPTY_PATH));
  }

  /// Sets the permissions of an open file or directory.
  public static void setPermissions(Handle file, int permissions) throws PosixException {
    call("fchmod", s -> (int) Libc.FCHMOD.invokeExact(s.state, file.number(), permissions));
  }

  /// Sets the permissions of a pipe, socket or device that was looked up with [Handle.Use#LOOK].
  public static void setPermissionsOfSpecial(Handle looked, int permissions) throws PosixException {
    byte[] path = ExtendedAttributes.throughProc(looked);
    call(
        "fchmodat",
        s -> (int) Libc.FCHMODAT.invokeExact(s.state, Libc.AT_FDCWD, s.name(path), permissions, 0));
  }

  /// Sets the modification time of the entry itself; its access time stays.
  public static void setModified(Handle in, byte[] name, Timestamp time) throws PosixException {
    call(
        "utimensat",
        s -> {
          s.times.set(ValueLayout.JAVA_LONG, 0, 0);
          s.times.set(ValueLayout.JAVA_LONG, 8, UTIME_OMIT);
          s.times.set(ValueLayout.JAVA_LONG, 16, time.seconds());
          s.times.set(ValueLayout.JAVA_LONG, 24, time.nanos());
          return (int)
              Libc.UTIMENSAT.invokeExact(
                  s.state, in.number(), s.name(name), s.times, Libc.AT_SYMLINK_NOFOLLOW);
        });
  }

  private static void remove(Handle in, byte[] name, int flags) throws PosixException {
    call(
        "unlinkat",
        s -> (int) Libc.UNLINKAT.invokeExact(s.state, in.number(), s.name(name), flags));
  }

  private static void call(String name, Call call) throws PosixException {
    Scratch scratch = Scratch.get();
    int result;
    try {
      result = call.run(scratch);
    } catch (IllegalArgumentException e) {
      throw e;
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
    if (result < 0) {
      throw Libc.failure(name, scratch.state);
    }
  }
}
