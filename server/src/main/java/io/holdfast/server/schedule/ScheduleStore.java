package io.holdfast.server.schedule;

import io.holdfast.engine.plan.Plan;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Where schedules are kept, and what is handled of them. All times are the store's own.
///
/// **Promises**, which `ScheduleStoreContract` checks of each kind of store:
///
/// 1. What [#handleDue] hands over, no other node has at the same time.
/// 2. What is done in handling and what is handled are kept together, or neither is.
/// 3. A new schedule begins with the slot after its making, one whose times changed with the slot
///    after the change, and all begin with the slot after [#start].
public interface ScheduleStore {
  /// Makes the schedules of the configuration file exactly these; those of the catalog stay, unless
  /// the file has one of the same name.
  void define(Collection<Plan> plans);

  /// Does what is to be done for one schedule.
  @FunctionalInterface
  interface Handling {
    /// @param now the store's time
    /// @return the last slot that is handled now; empty if none became so
    Optional<Instant> handle(PlannedSchedule schedule, Instant now);
  }

  /// Hands over schedules that are due, those first that have been due longest.
  ///
  /// @param max the most of them
  /// @return how many there were; fewer than `max` if no more are due
  int handleDue(int max, Handling handling);

  /// By name.
  List<PlannedSchedule> list();

  /// Whether schedules are carried out, and who said so last.
  record Scheduling(State state, Instant changedAt, String changedBy) {}

  /// Whether schedules are carried out.
  enum State {
    RUNNING,
    STOPPED
  }

  Scheduling scheduling();

  /// From here on schedules are carried out, on all nodes. If they were before, nothing changes.
  void start(String by);

  /// From here on no schedule is carried out, on any node; what runs goes on.
  void stop(String by);
}
