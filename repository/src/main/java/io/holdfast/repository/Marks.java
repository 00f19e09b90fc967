package io.holdfast.repository;

import java.util.BitSet;

/// Which records of an index are of chunks that somebody needs, one bit for each. Every copy of a
/// needed chunk is marked; which of them stays is decided by [PackUsage]. *Confined.*
final class Marks {
  private final ChunkIndex index;
  private final BitSet needed = new BitSet();

  Marks(ChunkIndex index) {
    this.index = index;
  }

  ChunkIndex index() {
    return index;
  }

  /// Marks a chunk.
  ///
  /// @throws CorruptRepositoryException if the index does not know it: what it is worth cannot be
  ///   said, so nothing may be removed
  void mark(ChunkType type, ChunkId id) {
    ChunkIndex.Copies copies = index.copies(type, id);
    if (copies.isEmpty()) {
      throw CorruptRepositoryException.missing(
          "chunk " + id + " of type " + type + " is in no pack, though a backup needs it");
    }
    needed.set((int) copies.begin(), (int) copies.end());
  }

  boolean isNeeded(long record) {
    return needed.get((int) record);
  }
}
