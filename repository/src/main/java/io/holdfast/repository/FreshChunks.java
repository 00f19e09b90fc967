package io.holdfast.repository;

import java.util.Arrays;

/// The chunks that a session has stored itself, in 64 parts with a lock each. A part keeps its keys
/// of 33 bytes in blocks that never move, and finds them through an open-addressing table of their
/// numbers: about 45 bytes for each chunk. Thread-safe.
final class FreshChunks {
  private static final int PARTS = 64;
  private static final int CAPACITY_FIRST = 64;
  private static final int CAPACITY_MAX = 1 << 25;
  private static final int KEY_BYTES = ChunkId.BYTES + 1;
  private static final int BLOCK_KEYS = 64;

  private final Part[] parts = new Part[PARTS];

  FreshChunks() {
    for (int i = 0; i < PARTS; i++) {
      parts[i] = new Part();
    }
  }

  boolean contains(ChunkType type, ChunkId id) {
    byte[] key = key(type, id);
    return parts[key[0] & (PARTS - 1)].contains(key);
  }

  /// Returns false if it was there.
  boolean add(ChunkType type, ChunkId id) {
    byte[] key = key(type, id);
    return parts[key[0] & (PARTS - 1)].add(key);
  }

  private static byte[] key(ChunkType type, ChunkId id) {
    byte[] key = new byte[KEY_BYTES];
    id.copyTo(key, 0);
    key[ChunkId.BYTES] = (byte) type.code();
    return key;
  }

  private static final class Part {
    private byte[][] blocks = new byte[1][];

    /// Numbers of keys, counted from 1; 0 is a free place.
    private int[] table = new int[CAPACITY_FIRST];

    private int count;

    synchronized boolean contains(byte[] key) {
      return table[place(key)] != 0;
    }

    synchronized boolean add(byte[] key) {
      if (count * 4L >= table.length * 3L) {
        grow();
      }
      int place = place(key);
      if (table[place] != 0) {
        return false;
      }
      int block = count / BLOCK_KEYS;
      if (block == blocks.length) {
        blocks = Arrays.copyOf(blocks, block + block / 2 + 1);
      }
      if (count % BLOCK_KEYS == 0) {
        blocks[block] = new byte[BLOCK_KEYS * KEY_BYTES];
      }
      System.arraycopy(key, 0, blocks[block], count % BLOCK_KEYS * KEY_BYTES, KEY_BYTES);
      count++;
      table[place] = count;
      return true;
    }

    private void grow() {
      int capacity = table.length * 2;
      if (capacity > CAPACITY_MAX) {
        throw new IllegalStateException("more than 2^30 new chunks in one session");
      }
      int[] old = table;
      table = new int[capacity];
      for (int number : old) {
        if (number != 0) {
          int place = start(blocks[(number - 1) / BLOCK_KEYS], at(number));
          while (table[place] != 0) {
            place = (place + 1) & (capacity - 1);
          }
          table[place] = number;
        }
      }
    }

    /// The place of the key, or the free place where it belongs.
    private int place(byte[] key) {
      int place = start(key, 0);
      while (table[place] != 0 && !isKey(table[place], key)) {
        place = (place + 1) & (table.length - 1);
      }
      return place;
    }

    private int start(byte[] bytes, int at) {
      int hash = (bytes[at + 1] & 0xff) << 24 | (bytes[at + 2] & 0xff) << 16;
      hash |= (bytes[at + 3] & 0xff) << 8 | (bytes[at + 4] & 0xff);
      return hash & (table.length - 1);
    }

    private boolean isKey(int number, byte[] key) {
      int at = at(number);
      byte[] block = blocks[(number - 1) / BLOCK_KEYS];
      return Arrays.equals(block, at, at + KEY_BYTES, key, 0, KEY_BYTES);
    }

    private static int at(int number) {
      return (number - 1) % BLOCK_KEYS * KEY_BYTES;
    }
  }
}
