package io.holdfast.files.posix;

import io.holdfast.files.posix.FileStatus.Timestamp;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// `struct statx`, which is laid out the same on every processor.
final class StatusLayout {
  private StatusLayout() {}

  static FileStatus read(MemorySegment s) {
    int deviceMajor = s.get(ValueLayout.JAVA_INT, 0x88);
    int deviceMinor = s.get(ValueLayout.JAVA_INT, 0x8c);
    return new FileStatus(
        s.get(ValueLayout.JAVA_SHORT, 0x1c) & 0xffff,
        s.get(ValueLayout.JAVA_LONG, 0x28),
        s.get(ValueLayout.JAVA_LONG, 0x20),
        s.get(ValueLayout.JAVA_INT, 0x10) & 0xffffffffL,
        s.get(ValueLayout.JAVA_INT, 0x14),
        s.get(ValueLayout.JAVA_INT, 0x18),
        timestamp(s, 0x70),
        timestamp(s, 0x60),
        s.get(ValueLayout.JAVA_INT, 0x80),
        s.get(ValueLayout.JAVA_INT, 0x84),
        (long) deviceMajor << 32 | (deviceMinor & 0xffffffffL),
        s.get(ValueLayout.JAVA_LONG, 0x30));
  }

  private static Timestamp timestamp(MemorySegment s, long at) {
    return new Timestamp(s.get(ValueLayout.JAVA_LONG, at), s.get(ValueLayout.JAVA_INT, at + 8));
  }
}
