package io.holdfast.repository;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Chunk ids one behind the other outside the heap, numbered from 1: what those chunks of an index
/// refer to that are stored as differences. *Confined* while it grows, then read by several
/// threads.
final class PrefixIds {
  private static final int BLOCK_IDS = 1 << 12;
  private static final int BLOCKS_MAX = 1 << 19;

  private MemorySegment[] blocks = new MemorySegment[1];
  private int count;

  /// The number of the id.
  int add(ChunkId id) {
    int block = count / BLOCK_IDS;
    if (block == BLOCKS_MAX) {
      throw new IllegalStateException("more than 2^31 chunks that are differences");
    }
    if (block == blocks.length) {
      blocks = java.util.Arrays.copyOf(blocks, Math.min(BLOCKS_MAX, block + block / 2 + 1));
    }
    if (count % BLOCK_IDS == 0) {
      blocks[block] = Arena.ofAuto().allocate((long) BLOCK_IDS * ChunkId.BYTES, 8);
    }
    byte[] bytes = id.toBytes();
    long at = (long) (count % BLOCK_IDS) * ChunkId.BYTES;
    MemorySegment.copy(bytes, 0, blocks[block], ValueLayout.JAVA_BYTE, at, ChunkId.BYTES);
    count++;
    return count;
  }

  ChunkId id(int number) {
    byte[] id = new byte[ChunkId.BYTES];
    long at = (long) ((number - 1) % BLOCK_IDS) * ChunkId.BYTES;
    MemorySegment block = blocks[(number - 1) / BLOCK_IDS];
    MemorySegment.copy(block, ValueLayout.JAVA_BYTE, at, id, 0, ChunkId.BYTES);
    return ChunkId.wrap(id);
  }
}
