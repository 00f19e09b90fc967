package io.holdfast.storage;

import java.util.ArrayDeque;
import java.util.Deque;

/// Large arrays that are read into, used again: what lives for a few seconds and has mebibytes
/// fills the old part of the heap with garbage, and the process grows by it. *Thread-safe.*
///
/// An array is either with the one who took it or here, and what is never given back is left to the
/// garbage collection: after a read that failed, somebody may still write into it.
public final class ReadBuffers {
  /// Only whole numbers of these are kept: who reads ahead asks for few different sizes, and what
  /// nobody asks for again would lie here for nothing.
  private static final int STEP_BYTES = 1 << 20;

  private static final long KEPT_BYTES_MAX = 16 << 20;

  private final Deque<byte[]> free = new ArrayDeque<>();
  private long freeBytes;

  /// An array of exactly this length, with anything in it: the taker writes all of it, or lets
  /// nobody read it.
  public byte[] take(int length) {
    if (isKept(length)) {
      synchronized (this) {
        var each = free.iterator();
        while (each.hasNext()) {
          byte[] array = each.next();
          if (array.length == length) {
            each.remove();
            freeBytes -= length;
            return array;
          }
        }
      }
    }
    return new byte[length];
  }

  /// Nobody else knows the array any more.
  public synchronized void giveBack(byte[] array) {
    if (!isKept(array.length)) {
      return;
    }
    // Arrays are equal only to themselves.
    if (free.contains(array)) {
      throw new IllegalStateException("the same array was given back twice");
    }
    free.addFirst(array);
    freeBytes += array.length;
    while (freeBytes > KEPT_BYTES_MAX) {
      // The one that nobody wanted for longest.
      freeBytes -= free.removeLast().length;
    }
  }

  private static boolean isKept(int length) {
    return length > 0 && length % STEP_BYTES == 0 && length <= KEPT_BYTES_MAX;
  }
}
