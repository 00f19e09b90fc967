package io.holdfast.repository.tree;

import io.holdfast.base.Invariant;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.ChunkWriter;
import java.io.IOException;
import java.util.Arrays;

/// Collects small items of many extents, pages or page hashes, into chunks. Items lie in the order
/// in which they were added. *Thread-safe:* the lock is held while bytes are copied, never while a
/// chunk is stored; whoever fills a chunk stores it.
final class Collector {
  /// Where items lie: the first one in slot `slot`, the others behind it.
  record Place(ChunkRef chunk, int slot) {}

  /// A chunk that is full.
  private static final class Full {
    private final ChunkRef chunk;
    private final byte[] bytes;
    private final int length;

    private Full(ChunkRef chunk, byte[] bytes, int length) {
      this.chunk = chunk;
      this.bytes = bytes;
      this.length = length;
    }
  }

  private final ChunkWriter chunks;
  private final ChunkType type;
  private final int itemBytes;
  private final int chunkBytes;
  private final Tally tally;
  private final Object lock = new Object();

  private ChunkRef open = new ChunkRef();
  private byte[] bytes = new byte[0];
  private int length;

  Collector(ChunkWriter chunks, ChunkType type, int itemBytes, int chunkBytes, Tally tally) {
    this.chunks = chunks;
    this.type = type;
    this.itemBytes = itemBytes;
    this.chunkBytes = chunkBytes;
    this.tally = tally;
  }

  /// Copies `count` items, which stay together.
  Place add(byte[] source, int offset, int count) throws IOException {
    int added = count * itemBytes;
    Invariant.check(added <= chunkBytes, "more items than a chunk holds");
    Full full = null;
    Place place;
    synchronized (lock) {
      if (length + added > chunkBytes) {
        full = takeOpen();
      }
      if (length + added > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.min(chunkBytes, Math.max(length + added, 2 * length)));
      }
      System.arraycopy(source, offset, bytes, length, added);
      place = new Place(open, length / itemBytes);
      length += added;
    }
    if (full != null) {
      store(full);
    }
    return place;
  }

  /// Stores what is left. Nobody adds any more.
  void finish() throws IOException {
    Full full;
    synchronized (lock) {
      if (length == 0) {
        return;
      }
      full = takeOpen();
    }
    store(full);
  }

  private Full takeOpen() {
    Full full = new Full(open, bytes, length);
    open = new ChunkRef();
    bytes = new byte[chunkBytes];
    length = 0;
    return full;
  }

  private void store(Full full) throws IOException {
    ChunkId id = chunks.ids().of(type, full.bytes, 0, full.length);
    tally.put(type, chunks.put(type, id, full.bytes, 0, full.length), full.length);
    full.chunk.stored(id, full.length / itemBytes);
  }
}
