package io.holdfast.repository;

import java.util.List;

/// What a repair would do now, as a value.
///
/// @param state number of the newest maintenance state that can be read
/// @param states damaged maintenance states above it, which stop all writers: a new one takes their
///   place
/// @param index index objects that are damaged or missing
/// @param rebuilt packs that no readable index object names, and whose own tables go into a new one
/// @param unreadable packs among these whose tables cannot be read: what they hold is lost to the
///   index
/// @param withdrawn packs that are damaged or missing, which leave the part of the index that
///   writers use: what backups still have of them is stored again
/// @param held the same, whose session has not ended
/// @param openSessions sessions that have not ended
public record RepairPlan(
    long state,
    List<Finding> states,
    List<Finding> index,
    List<PackId> rebuilt,
    List<Finding> unreadable,
    List<Finding> withdrawn,
    List<Finding> held,
    List<SessionId> openSessions) {
  public RepairPlan {
    states = List.copyOf(states);
    index = List.copyOf(index);
    rebuilt = List.copyOf(rebuilt);
    unreadable = List.copyOf(unreadable);
    withdrawn = List.copyOf(withdrawn);
    held = List.copyOf(held);
    openSessions = List.copyOf(openSessions);
  }

  /// Whether there is nothing that repair could mend.
  public boolean isNothing() {
    return states.isEmpty() && index.isEmpty() && withdrawn.isEmpty();
  }
}
