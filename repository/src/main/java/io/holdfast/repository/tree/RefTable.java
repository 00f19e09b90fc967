package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Numbers for the patch and page-hash chunks that a writer's packed records refer to.
/// *Thread-safe*, but for [#refs].
final class RefTable {
  private final List<ChunkRef> refs = new ArrayList<>();
  private final IdentityHashMap<ChunkRef, Integer> filling = new IdentityHashMap<>();
  private final Map<ChunkId, Integer> stored = new HashMap<>();

  /// The number of a reference. One that is still being filled is known by its identity, and may
  /// get a second number once it is stored.
  synchronized int number(ChunkRef ref) {
    Integer known = filling.get(ref);
    if (known != null) {
      return known;
    }
    int next = refs.size();
    Integer before = ref.isStored() ? stored.putIfAbsent(ref.id(), next) : filling.put(ref, next);
    if (before != null) {
      return before;
    }
    refs.add(ref);
    return next;
  }

  /// All references by number; for when nobody adds any more.
  List<ChunkRef> refs() {
    return Collections.unmodifiableList(refs);
  }
}
