package io.holdfast.server.schedule;

import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.schedule.CatchUp.Decision;
import io.holdfast.engine.schedule.CatchUp.Missed;
import io.holdfast.server.run.MissedSlots;
import io.holdfast.server.run.NewRun;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunStore;
import io.holdfast.server.run.RunTerms;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Makes runs of slots that are due. Any number of nodes may do that at the same time.
public final class Scheduler {
  /// How many schedules are handled with one transaction.
  private static final int BATCH = 50;

  /// With [#BATCH] more than there should ever be; what is left comes with the next look.
  private static final int BATCHES_MAX = 2000;

  private final ScheduleStore schedules;
  private final RunStore runs;

  public Scheduler(ScheduleStore schedules, RunStore runs) {
    this.schedules = schedules;
    this.runs = runs;
  }

  /// Handles everything that is due now, whether schedules are stopped or not.
  ///
  /// @return the runs that were queued
  public List<UUID> tick() {
    List<UUID> queued = new ArrayList<>();
    for (int batches = 0; batches < BATCHES_MAX; batches++) {
      List<UUID> batch = new ArrayList<>();
      int handled = schedules.handleDue(BATCH, (schedule, now) -> handle(schedule, now, batch));
      queued.addAll(batch);
      if (handled < BATCH) {
        break;
      }
    }
    return queued;
  }

  /// As [#tick], unless schedules are stopped.
  public List<UUID> tickIfRunning() {
    return switch (schedules.scheduling().state()) {
      case RUNNING -> tick();
      case STOPPED -> List.of();
    };
  }

  private Optional<Instant> handle(PlannedSchedule schedule, Instant now, List<UUID> queued) {
    Plan plan = schedule.plan();
    Decision decision = plan.catchUp().decide(schedule.handled(), now);
    switch (decision) {
      case Decision.Nothing() -> {}
      case Decision.Run(var slot, var missed) -> {
        if (runs.hasOpen(plan.name())) {
          miss(plan, slot, withSlot(missed, slot));
        } else {
          if (missed instanceof Missed.Slots slots) {
            miss(plan, slots.last(), MissedSlots.nobody(slots.count(), slots.first()));
          }
          runs.submit(wanted(plan, slot)).ifPresent(queued::add);
        }
      }
      case Decision.LetPass(var slots) ->
          miss(plan, slots.last(), MissedSlots.nobody(slots.count(), slots.first()));
    }
    return decision.handled();
  }

  private static MissedSlots withSlot(Missed missed, Instant slot) {
    return switch (missed) {
      case Missed.None() -> MissedSlots.overlap(1, slot);
      case Missed.Slots slots -> MissedSlots.overlap(slots.count() + 1, slots.first());
    };
  }

  private void miss(Plan plan, Instant slot, MissedSlots missed) {
    Optional<UUID> _ = runs.miss(wanted(plan, slot), missed);
  }

  private static NewRun wanted(Plan plan, Instant slot) {
    return new NewRun(
        RunRequest.of(plan.job(), RunRequest.LATEST),
        plan.source(),
        new Origin.Schedule(plan.name(), slot),
        terms(plan));
  }

  /// How a plan's runs are worked on.
  public static RunTerms terms(Plan plan) {
    return new RunTerms(plan.attempts(), plan.deadline(), plan.then());
  }
}
