package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import java.util.Arrays;

/// A growing array that encodes the primitives of lists. *Confined.*
final class ByteSink {
  private byte[] bytes = new byte[1024];
  private int length;

  int length() {
    return length;
  }

  void u8(int value) {
    reserve(1);
    bytes[length++] = (byte) value;
  }

  /// Seven bits a byte, low ones first, the top bit says that more follow.
  void varint(long value) {
    reserve(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  void u64(long value) {
    reserve(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[length++] = (byte) (value >>> shift);
    }
  }

  void id(ChunkId id) {
    reserve(ChunkId.BYTES);
    id.copyTo(bytes, length);
    length += ChunkId.BYTES;
  }

  void raw(byte[] source, int offset, int count) {
    reserve(count);
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
  }

  void raw(ByteSink other) {
    raw(other.bytes, 0, other.length);
  }

  /// Length, then bytes.
  void sized(byte[] source) {
    varint(source.length);
    raw(source, 0, source.length);
  }

  void clear() {
    length = 0;
  }

  void copyTo(byte[] target, int offset) {
    System.arraycopy(bytes, 0, target, offset, length);
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  private void reserve(int count) {
    if (bytes.length - length < count) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
  }
}
