package io.holdfast.repository;

import java.util.List;

/// What a repair did.
///
/// @param plan what it found first
/// @param left what it has found last and could not do, because sessions have not ended; nothing if
///   all is done
/// @param published numbers of the maintenance states that it wrote
/// @param savedChunks intact chunks that were copied out of damaged packs
/// @param savedBytes their frames
/// @param lostChunks chunks of damaged packs of which no copy could be read
/// @param waitingFor sessions that have to end first; the next run goes on
public record RepairReport(
    RepairPlan plan,
    RepairPlan left,
    List<Long> published,
    long savedChunks,
    long savedBytes,
    long lostChunks,
    List<SessionId> waitingFor) {
  public RepairReport {
    published = List.copyOf(published);
    waitingFor = List.copyOf(waitingFor);
  }

  /// Whether nothing is left that repair could mend.
  public boolean isDone() {
    return left.isNothing() && waitingFor.isEmpty();
  }
}
