package io.holdfast.repository;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/// What a repair starts from.
///
/// @param damagedPacks packs that were read and are not what was written; those that are missing or
///   have another length are found without
/// @param walFloors up to where the newest maintenance state may have allowed to delete WAL, if it
///   cannot be read: the earliest position that a kept backup needs, for each timeline
/// @param silence after which a session that has not ended counts as dead and is ended
/// @param patience how long to wait for sessions that are alive
public record RepairPolicy(
    Set<PackId> damagedPacks, List<WalFloor> walFloors, Duration silence, Duration patience) {
  public RepairPolicy {
    damagedPacks = Set.copyOf(damagedPacks);
    walFloors = List.copyOf(walFloors);
  }

  PrunePolicy grace() {
    return PrunePolicy.DEFAULT.withSilence(silence).withPatience(patience);
  }
}
