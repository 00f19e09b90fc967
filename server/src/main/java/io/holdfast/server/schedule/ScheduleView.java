package io.holdfast.server.schedule;

import io.holdfast.engine.plan.Job;
import io.holdfast.engine.plan.Plan;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A schedule as the API shows it.
///
/// @param when as it is written
/// @param description the same in words
/// @param then what follows a success
/// @param definedBy `file` for what only the configuration file changes
record ScheduleView(
    String name,
    String source,
    String run,
    String when,
    String description,
    List<String> then,
    String missed,
    int attempts,
    long deadlineSeconds,
    String definedBy,
    Optional<Instant> nextRun) {
  static ScheduleView of(PlannedSchedule schedule) {
    Plan plan = schedule.plan();
    return new ScheduleView(
        plan.name(),
        plan.source(),
        plan.job().word(),
        plan.schedule().text(),
        plan.schedule().describe(),
        plan.then().stream().map(Job::word).toList(),
        plan.missed().text(),
        plan.attempts(),
        plan.deadline().toSeconds(),
        schedule.definedBy().name().toLowerCase(Locale.ROOT),
        schedule.nextDue());
  }
}
