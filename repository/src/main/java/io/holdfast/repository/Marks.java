package io.holdfast.repository;

import java.util.BitSet;
import java.util.Optional;
import java.util.function.IntPredicate;

/// Which records of an index are of chunks that somebody needs, one bit for each. Every copy of a
/// needed chunk is marked; which of them stays is decided by [PackUsage].
///
/// A chunk that is stored as the difference to another one needs that one too, and needs a copy of
/// it that is stored whole: two chunks that are differences to each other would be lost. Where a
/// chunk has copies of its own that are better ([CopyRank]), those are what is needed: what another
/// copy is the difference to may be lost. *Confined.*
final class Marks {
  private final ChunkIndex index;
  private final IntPredicate condemned;
  private final BitSet needed = new BitSet();
  private final BitSet prefixes = new BitSet();

  /// @param condemned by the pack's number in the index
  Marks(ChunkIndex index, IntPredicate condemned) {
    this.index = index;
    this.condemned = condemned;
  }

  ChunkIndex index() {
    return index;
  }

  /// Marks a chunk, and what its copies are differences to.
  ///
  /// @throws CorruptRepositoryException if the index does not know how to read it: what it is worth
  ///   cannot be said, so nothing may be removed
  void mark(ChunkType type, ChunkId id) {
    ChunkIndex.Copies copies = index.copies(type, id);
    if (!copies.isEmpty() && needed.get((int) copies.begin())) {
      return;
    }
    boolean readable = false;
    Optional<ChunkId> missing = Optional.empty();
    int best = best(copies);
    for (long record = copies.begin(); record < copies.end(); record++) {
      Optional<ChunkId> prefix = index.prefix(record);
      if (CopyRank.of(index, record, condemned) != best) {
        continue;
      }
      if (best == CopyRank.WHOLE || best == CopyRank.CONDEMNED_WHOLE) {
        prefixes.set((int) record);
      }
      if (prefix.isEmpty() || markPrefix(type, prefix.get())) {
        readable = true;
      } else {
        missing = prefix;
      }
    }
    if (!readable) {
      throw CorruptRepositoryException.missing(
          "chunk "
              + id
              + " of type "
              + type
              + missing
                  .map(prefix -> " is the difference to chunk " + prefix + ", which is in no pack")
                  .orElse(" is in no pack, though a backup needs it"));
    }
    needed.set((int) copies.begin(), (int) copies.end());
  }

  private int best(ChunkIndex.Copies copies) {
    int best = CopyRank.UNREADABLE;
    for (long record = copies.begin(); record < copies.end(); record++) {
      best = Math.min(best, CopyRank.of(index, record, condemned));
    }
    return best;
  }

  /// Marks the copies that are stored whole; false if there is none.
  private boolean markPrefix(ChunkType type, ChunkId id) {
    ChunkIndex.Copies copies = index.copies(type, id);
    boolean there = false;
    for (long record = copies.begin(); record < copies.end(); record++) {
      if (index.isWhole(record)) {
        prefixes.set((int) record);
        there = true;
      }
    }
    return there;
  }

  /// Whether a chunk is needed, by the first of its copies or any other.
  boolean isNeeded(ChunkIndex.Copies copies) {
    return needed.get((int) copies.begin()) || isPrefix(copies);
  }

  /// Whether a copy will do for those who need the chunk.
  boolean isEnough(ChunkIndex.Copies copies, long record) {
    return isPrefix(copies) ? index.isWhole(record) : index.isReadable(record);
  }

  private boolean isPrefix(ChunkIndex.Copies copies) {
    int first = prefixes.nextSetBit((int) copies.begin());
    return first >= 0 && first < copies.end();
  }
}
