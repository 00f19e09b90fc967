package io.holdfast.repository;

import java.util.List;

/// What a prune did.
///
/// @param plan what it set out to do
/// @param buried whether the packs of the plan are gone from every index; if not, `waitingFor` says
///   why, and the next run goes on
/// @param movedBytes frames that were copied
/// @param deletedObjects objects that were deleted, of this run and of earlier ones
/// @param deletedBytes their size
/// @param refusedDeletes objects that the store would not delete, for example because of an object
///   lock: the next run tries again
/// @param refusal the first of these in words; empty if there is none
/// @param waitingFor sessions that have not ended
/// @param stuck packs that cannot go because they hold damaged chunks that are needed
public record PruneReport(
    PrunePlan plan,
    boolean buried,
    long movedBytes,
    long deletedObjects,
    long deletedBytes,
    long refusedDeletes,
    String refusal,
    List<SessionId> waitingFor,
    List<Finding> stuck) {
  public PruneReport {
    waitingFor = List.copyOf(waitingFor);
    stuck = List.copyOf(stuck);
  }
}
