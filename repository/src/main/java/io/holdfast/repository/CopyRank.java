package io.holdfast.repository;

import java.util.function.IntPredicate;

/// How good a copy of a chunk is to stay the one: smaller is better. A copy in a condemned pack has
/// to be moved, and may turn out to be damaged then; a difference is worth what the chunk is worth
/// that it is the difference to.
final class CopyRank {
  static final int WHOLE = 0;
  static final int DIFFERENCE = 1;
  static final int CONDEMNED_WHOLE = 2;
  static final int RELIES_ON_CONDEMNED = 3;
  static final int CONDEMNED_DIFFERENCE = 4;
  static final int UNREADABLE = 5;

  private CopyRank() {}

  /// @param condemned by the pack's number in the index
  static int of(ChunkIndex index, long record, IntPredicate condemned) {
    boolean goes = condemned.test(index.packNumber(record));
    if (index.isWhole(record)) {
      return goes ? CONDEMNED_WHOLE : WHOLE;
    }
    if (!index.isReadable(record)) {
      return UNREADABLE;
    }
    if (goes) {
      return CONDEMNED_DIFFERENCE;
    }
    return hasWholeThatStays(index, record, condemned) ? DIFFERENCE : RELIES_ON_CONDEMNED;
  }

  private static boolean hasWholeThatStays(
      ChunkIndex index, long difference, IntPredicate condemned) {
    ChunkId prefix = index.prefix(difference).orElseThrow();
    ChunkIndex.Copies copies = index.copies(index.chunkType(difference), prefix);
    for (long record = copies.begin(); record < copies.end(); record++) {
      if (index.isWhole(record) && !condemned.test(index.packNumber(record))) {
        return true;
      }
    }
    return false;
  }
}
