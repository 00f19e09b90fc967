package io.holdfast.repository;

import io.holdfast.repository.ChunkIndex.Copies;
import java.util.BitSet;
import java.util.function.IntPredicate;

/// How much of each pack is needed. Of several copies of a chunk that will do one counts, in a pack
/// that is not condemned if there is one. *Immutable.*
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
    for (long record = copies.begin(); record < copies.end(); record++) {
      int pack = index.packNumber(record);
      storedBytes[pack] += index.storedBytes(record);
      if (!needed || !marks.isEnough(copies, record)) {
        continue;
      }
      int best = stays < 0 ? pack : index.packNumber(stays);
      boolean lies = condemned.test(pack);
      boolean lay = condemned.test(best);
      if (stays < 0 || (lay && !lies) || (lay == lies && pack < best)) {
        stays = record;
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
