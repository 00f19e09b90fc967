package io.holdfast.repository;

import java.util.Arrays;
import java.util.HexFormat;

/// The keyed content id of a chunk: 32 bytes. Immutable.
public final class ChunkId implements Comparable<ChunkId> {
  public static final int BYTES = 32;

  private final byte[] bytes;

  private ChunkId(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Copies 32 bytes from `source` at `offset`.
  public static ChunkId copyOf(byte[] source, int offset) {
    return new ChunkId(Arrays.copyOfRange(source, offset, offset + BYTES));
  }

  /// Takes over a fresh array of 32 bytes.
  public static ChunkId wrap(byte[] owned) {
    if (owned.length != BYTES) {
      throw new IllegalArgumentException("a chunk id has 32 bytes, not " + owned.length);
    }
    return new ChunkId(owned);
  }

  /// Writes the 32 bytes to `target` at `offset`.
  public void copyTo(byte[] target, int offset) {
    System.arraycopy(bytes, 0, target, offset, BYTES);
  }

  public byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public int compareTo(ChunkId other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChunkId that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return (bytes[0] & 0xff) << 24
        | (bytes[1] & 0xff) << 16
        | (bytes[2] & 0xff) << 8
        | (bytes[3] & 0xff);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes, 0, 8);
  }
}
