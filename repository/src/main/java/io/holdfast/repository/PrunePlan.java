package io.holdfast.repository;

import java.util.List;

/// What a prune would do now, as a value.
///
/// @param state number of the maintenance state that it was made from
/// @param snapshots that are kept
/// @param packs all packs there are
/// @param packBytes their size
/// @param neededBytes what the kept snapshots need of them
/// @param removed packs that would go, those that an earlier run has chosen among them
/// @param removedBytes their size
/// @param movedBytes what would be copied out of them first
/// @param openSessions backups that run, or were killed and do not count as dead yet: packs can go
///   only when these have ended
/// @param held packs that would go too if the limit on one run were higher
/// @param renewedBytes packs among those that go only because their keys are not the newest ones
/// @param olderKeysBytes packs that stay under such keys, or wait for backups to end
public record PrunePlan(
    long state,
    int snapshots,
    long packs,
    long packBytes,
    long neededBytes,
    List<PackId> removed,
    long removedBytes,
    long movedBytes,
    List<SessionId> openSessions,
    long held,
    long renewedBytes,
    long olderKeysBytes) {
  public PrunePlan {
    removed = List.copyOf(removed);
    openSessions = List.copyOf(openSessions);
  }

  /// What the repository gets smaller by.
  public long freedBytes() {
    return removedBytes - movedBytes;
  }
}
