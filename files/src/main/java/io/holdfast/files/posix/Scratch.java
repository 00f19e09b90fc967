package io.holdfast.files.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Memory of one thread for the arguments of calls, used again and again: a name or two, a status,
/// a state. *Confined.*
final class Scratch {
  private static final int NAME_BYTES = 8 << 10;
  static final int BUFFER_BYTES = 256 << 10;

  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  private final Arena arena = Arena.ofAuto();
  final MemorySegment state = arena.allocate(Libc.STATE);
  final MemorySegment status = arena.allocate(256, 8);
  final MemorySegment times = arena.allocate(32, 8);
  private final MemorySegment first = arena.allocate(NAME_BYTES);
  private final MemorySegment second = arena.allocate(NAME_BYTES);

  /// Room for what a call returns or takes.
  final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);

  static Scratch get() {
    return OF_THREAD.get();
  }

  MemorySegment name(byte[] bytes) {
    return put(first, bytes);
  }

  MemorySegment secondName(byte[] bytes) {
    return put(second, bytes);
  }

  private static MemorySegment put(MemorySegment target, byte[] bytes) {
    if (bytes.length >= NAME_BYTES) {
      throw new IllegalArgumentException("a name of " + bytes.length + " bytes");
    }
    for (byte b : bytes) {
      if (b == 0) {
        throw new IllegalArgumentException("NUL in a name");
      }
    }
    MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, 0, bytes.length);
    target.set(ValueLayout.JAVA_BYTE, bytes.length, (byte) 0);
    return target;
  }
}
