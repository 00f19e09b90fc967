package io.holdfast.repository;

import io.holdfast.storage.BlobStore.BlobStat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Slots that a listing of `log/` does not have, though a later one of the same session is there.
final class SlotGaps {
  /// Far more slots than any session has; a name beyond it is no reason to look for all before it.
  private static final int SLOTS_MAX = 100_000;

  private final Map<SessionId, Integer> highest = new HashMap<>();
  private final Set<SnapshotId> there = new HashSet<>();

  SlotGaps(List<BlobStat> slots) {
    for (BlobStat slot : slots) {
      ObjectNames.parseLog(slot.key())
          .ifPresent(
              place -> {
                there.add(place);
                highest.merge(place.session(), place.slot(), Math::max);
              });
    }
  }

  List<SnapshotId> missing() {
    List<SnapshotId> missing = new ArrayList<>();
    highest.forEach(
        (session, last) -> {
          for (int slot = 0; slot < Math.min(last, SLOTS_MAX); slot++) {
            SnapshotId place = new SnapshotId(session, slot);
            if (!there.contains(place)) {
              missing.add(place);
            }
          }
        });
    return missing;
  }
}
