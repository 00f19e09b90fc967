package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A reference to a patch or page-hash chunk, shared by all records that point into it. One that is
/// still being filled gets its id when it is stored; equality is defined from then on.
/// *Thread-safe:* the id is published once.
final class ChunkRef {
  /// Stands for a page of zeros, which lies in no chunk.
  static final ChunkRef ZERO_PAGE = new ChunkRef(ChunkId.wrap(new byte[ChunkId.BYTES]), 1);

  private volatile @Nullable ChunkId id;
  private volatile int slots;

  ChunkRef() {}

  ChunkRef(ChunkId id, int slots) {
    this.id = id;
    this.slots = slots;
  }

  void stored(ChunkId storedId, int storedSlots) {
    this.slots = storedSlots;
    this.id = storedId;
  }

  boolean isStored() {
    return id != null;
  }

  ChunkId id() {
    ChunkId current = id;
    if (current == null) {
      throw new IllegalStateException("a reference is used before its chunk is stored");
    }
    return current;
  }

  /// How many pages a patch chunk holds, or hashes a page-hash chunk.
  int slots() {
    return slots;
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof ChunkRef that)) {
      return false;
    }
    ChunkId mine = id;
    return this == that || (mine != null && Objects.equals(mine, that.id));
  }

  @Override
  public int hashCode() {
    return id().hashCode();
  }

  @Override
  public String toString() {
    return String.valueOf(id);
  }
}
