package io.holdfast.repository;

import io.holdfast.repository.ChunkIndex.Copies;
import java.util.BitSet;
import java.util.function.IntPredicate;

/// How much of each pack is needed. Of several copies of a chunk that will do the best one counts
/// ([CopyRank]): in a pack that is not condemned if there is one. *Immutable.*
final class PackUsage {
  private final long[] neededBytes;
  private final long[] storedBytes;
  private final BitSet moving;

  private PackUsage(int packs) {
    this.neededBytes = new long[packs];
    this.storedBytes = new long[packs];
    this.moving = new BitSet();
  }

  /// @param condemned by the pack's number in the index
  static PackUsage of(Marks marks, IntPredicate condemned) {
    ChunkIndex index = marks.index();
    PackUsage usage = new PackUsage(index.packs().size());
    long at = 0;
    while (at < index.size()) {
      Copies copies = index.copiesAt(at);
      usage.count(marks, copies, condemned);
      at = copies.end();
    }
    return usage;
  }

  private void count(Marks marks, Copies copies, IntPredicate condemned) {
    ChunkIndex index = marks.index();
    boolean needed = marks.isNeeded(copies);
    long stays = -1;
    int best = CopyRank.UNREADABLE;
    for (long record = copies.begin(); record < copies.end(); record++) {
      int pack = index.packNumber(record);
      storedBytes[pack] += index.storedBytes(record);
      if (!needed || !marks.isEnough(copies, record)) {
        continue;
      }
      int rank = CopyRank.of(index, record, condemned);
      if (stays < 0 || rank < best || (rank == best && pack < index.packNumber(stays))) {
        stays = record;
        best = rank;
      }
    }
    if (stays >= 0) {
      int pack = index.packNumber(stays);
      neededBytes[pack] += index.storedBytes(stays);
      if (condemned.test(pack)) {
        moving.set((int) stays);
      }
    }
  }

  /// Bytes of frames in the pack that are needed from it.
  long neededBytes(int pack) {
    return neededBytes[pack];
  }

  /// Bytes of all frames in the pack.
  long storedBytes(int pack) {
    return storedBytes[pack];
  }

  /// Whether this record is the one by which a chunk has to be moved, because all of its copies lie
  /// in condemned packs.
  boolean isMoving(long record) {
    return moving.get((int) record);
  }
}
