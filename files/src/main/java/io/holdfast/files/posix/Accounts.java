package io.holdfast.files.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Users and groups of this machine by number and by name; each is asked for once. *Confined.*
public final class Accounts {
  private static final int RECORD_BYTES = 128;
  private static final int TEXT_BYTES = 64 << 10;
  private static final int ID_OFFSET = 16;
  private static final int KNOWN_MAX = 10_000;

  private final Map<Integer, String> users = new HashMap<>();
  private final Map<Integer, String> groups = new HashMap<>();
  private final Map<String, Optional<Integer>> userIds = new HashMap<>();
  private final Map<String, Optional<Integer>> groupIds = new HashMap<>();

  /// True if this process may give files away and make devices, as far as its user says.
  public static boolean isRoot() {
    try {
      return (int) Libc.GETEUID.invokeExact() == 0;
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
  }

  /// The name of a user; empty if there is none.
  public String user(int uid) {
    return name(users, Libc.GETPWUID, uid);
  }

  /// The name of a group; empty if there is none.
  public String group(int gid) {
    return name(groups, Libc.GETGRGID, gid);
  }

  public Optional<Integer> userId(String name) {
    return id(userIds, Libc.GETPWNAM, name);
  }

  public Optional<Integer> groupId(String name) {
    return id(groupIds, Libc.GETGRNAM, name);
  }

  @SuppressWarnings("restricted")
  private static String name(Map<Integer, String> known, MethodHandle call, int id) {
    String before = known.get(id);
    if (before != null) {
      return before;
    }
    String name;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entry = arena.allocate(RECORD_BYTES, 8);
      MemorySegment text = arena.allocate(TEXT_BYTES);
      MemorySegment result = arena.allocate(8, 8);
      int status = (int) call.invokeExact(id, entry, text, (long) TEXT_BYTES, result);
      boolean found = status == 0 && result.get(ValueLayout.JAVA_LONG, 0) != 0;
      name = found ? entry.get(ValueLayout.ADDRESS, 0).reinterpret(TEXT_BYTES).getString(0) : "";
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
    if (known.size() < KNOWN_MAX) {
      known.put(id, name);
    }
    return name;
  }

  private static Optional<Integer> id(
      Map<String, Optional<Integer>> known, MethodHandle call, String name) {
    Optional<Integer> before = known.get(name);
    if (before != null) {
      return before;
    }
    Optional<Integer> id;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entry = arena.allocate(RECORD_BYTES, 8);
      MemorySegment text = arena.allocate(TEXT_BYTES);
      MemorySegment result = arena.allocate(8, 8);
      MemorySegment wanted = arena.allocateFrom(name, StandardCharsets.UTF_8);
      int status = (int) call.invokeExact(wanted, entry, text, (long) TEXT_BYTES, result);
      boolean found = status == 0 && result.get(ValueLayout.JAVA_LONG, 0) != 0;
      id = found ? Optional.of(entry.get(ValueLayout.JAVA_INT, ID_OFFSET)) : Optional.empty();
    } catch (Throwable e) {
      throw Libc.impossible(e);
    }
    if (known.size() < KNOWN_MAX) {
      known.put(name, id);
    }
    return id;
  }
}
