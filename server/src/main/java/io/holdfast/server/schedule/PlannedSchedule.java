package io.holdfast.server.schedule;

import io.holdfast.engine.plan.Plan;
import java.time.Instant;
import java.util.Optional;

/// A schedule as the catalog keeps it.
///
/// @param since when its times were made what they are
/// @param handled the last slot that was run or recorded as missed, or when it was made or changed
/// @param nextDue when the slot after that is due; empty for never
public record PlannedSchedule(
    Plan plan, DefinedBy definedBy, Instant since, Instant handled, Optional<Instant> nextDue) {
  /// Where a schedule is defined, and so may be changed.
  public enum DefinedBy {
    /// The configuration file.
    FILE,
    /// The catalog, through the API.
    CATALOG
  }

  /// One of which nothing before `handled` is to be done.
  static PlannedSchedule from(Plan plan, DefinedBy definedBy, Instant since, Instant handled) {
    return new PlannedSchedule(
        plan,
        definedBy,
        since,
        handled,
        plan.schedule().next(handled).map(slot -> plan.schedule().dueAt(slot, plan.name())));
  }
}
