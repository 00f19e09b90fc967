package io.holdfast.repository;

import java.util.Arrays;

/// The chunks that a session has stored itself: open-addressing tables of 33 bytes per place, in 64
/// parts with a lock each. Thread-safe.
final class FreshChunks {
  private static final int PARTS = 64;
  private static final int CAPACITY_FIRST = 64;
  private static final int CAPACITY_MAX = 1 << 25;

  private final Part[] parts = new Part[PARTS];

  FreshChunks() {
    for (int i = 0; i < PARTS; i++) {
      parts[i] = new Part();
    }
  }

  boolean contains(ChunkType type, ChunkId id) {
    byte[] key = id.toBytes();
    return parts[key[0] & (PARTS - 1)].contains(type, key);
  }

  /// Returns false if it was there.
  boolean add(ChunkType type, ChunkId id) {
    byte[] key = id.toBytes();
    return parts[key[0] & (PARTS - 1)].add(type, key);
  }

  private static final class Part {
    private byte[] keys = new byte[CAPACITY_FIRST * ChunkId.BYTES];
    private byte[] types = new byte[CAPACITY_FIRST];
    private int count;

    synchronized boolean contains(ChunkType type, byte[] key) {
      return types[slot(keys, types, type.code(), key, 0)] != 0;
    }

    synchronized boolean add(ChunkType type, byte[] key) {
      if (count * 4L >= types.length * 3L) {
        grow();
      }
      int slot = slot(keys, types, type.code(), key, 0);
      if (types[slot] != 0) {
        return false;
      }
      System.arraycopy(key, 0, keys, slot * ChunkId.BYTES, ChunkId.BYTES);
      types[slot] = (byte) type.code();
      count++;
      return true;
    }

    private void grow() {
      int capacity = types.length * 2;
      if (capacity > CAPACITY_MAX) {
        throw new IllegalStateException("more than 2^30 new chunks in one session");
      }
      byte[] newKeys = new byte[capacity * ChunkId.BYTES];
      byte[] newTypes = new byte[capacity];
      for (int i = 0; i < types.length; i++) {
        if (types[i] != 0) {
          int slot = slot(newKeys, newTypes, types[i], keys, i * ChunkId.BYTES);
          System.arraycopy(keys, i * ChunkId.BYTES, newKeys, slot * ChunkId.BYTES, ChunkId.BYTES);
          newTypes[slot] = types[i];
        }
      }
      keys = newKeys;
      types = newTypes;
    }

    /// The place of the key, or the empty place where it belongs.
    private static int slot(byte[] keys, byte[] types, int type, byte[] key, int at) {
      int mask = types.length - 1;
      int slot = (key[at + 1] & 0xff) << 24 | (key[at + 2] & 0xff) << 16;
      slot = (slot | (key[at + 3] & 0xff) << 8 | (key[at + 4] & 0xff)) & mask;
      while (types[slot] != 0
          && (types[slot] != type || !equal(keys, slot * ChunkId.BYTES, key, at))) {
        slot = (slot + 1) & mask;
      }
      return slot;
    }

    private static boolean equal(byte[] left, int leftAt, byte[] right, int rightAt) {
      return Arrays.equals(
          left, leftAt, leftAt + ChunkId.BYTES, right, rightAt, rightAt + ChunkId.BYTES);
    }
  }
}
