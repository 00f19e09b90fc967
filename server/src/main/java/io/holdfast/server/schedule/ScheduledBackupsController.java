package io.holdfast.server.schedule;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.config.Deployment;
import io.holdfast.engine.plan.Plan;
import io.holdfast.server.access.Caller;
import io.holdfast.server.audit.Audit;
import io.holdfast.server.run.NewRun;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.RunLoop;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunStore;
import io.holdfast.server.run.RunTerms;
import io.holdfast.server.source.Sources;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/api/admin/scheduled-backups`: starts and stops what comes again and again, on all nodes, and
/// runs it now.
@RestController
@RequestMapping("/api/admin/scheduled-backups")
class ScheduledBackupsController {
  private final ScheduleStore schedules;
  private final Deployment.Scheduling scheduling;
  private final RunStore runs;
  private final RunLoop loop;
  private final Sources sources;
  private final Audit audit;

  ScheduledBackupsController(
      ScheduleStore schedules,
      Deployment.Scheduling scheduling,
      RunStore runs,
      RunLoop loop,
      Sources sources,
      Audit audit) {
    this.audit = audit;
    this.schedules = schedules;
    this.scheduling = scheduling;
    this.runs = runs;
    this.loop = loop;
    this.sources = sources;
  }

  /// The form of all answers here.
  record Answer(boolean success, Status data) {}

  /// @param nextRun of all schedules; empty if nothing will run
  /// @param schedule the next one in words
  /// @param operations what was queued by this request
  record Status(
      boolean isRunning, Optional<Instant> nextRun, String schedule, List<UUID> operations) {}

  /// @param action start or trigger
  /// @param schedule the one to trigger; without it, the backup of each source that is most whole
  record Wish(Optional<String> action, Optional<String> schedule) {}

  @GetMapping
  Answer show() {
    return answer(List.of());
  }

  @PostMapping
  Answer change(@RequestBody Wish wish, Caller caller) {
    String action = wish.action().orElse("");
    return switch (action) {
      case "start" -> {
        caller.requireAdmin();
        requireEnabled();
        audit.record(caller.name(), "schedules.start", "", Map.of());
        schedules.start(caller.name());
        yield answer(List.of());
      }
      case "trigger" -> {
        caller.requireOperator();
        List<UUID> queued = trigger(wish.schedule(), caller.name());
        audit.record(
            caller.name(),
            "schedules.trigger",
            wish.schedule().orElse(""),
            Map.of("operations", queued));
        loop.wake();
        yield answer(queued);
      }
      default ->
          throw new BackupException(
              ErrorCode.BAD_ARGUMENT,
              Quoted.of(action) + " is no action",
              "Give start or trigger; DELETE stops.");
    };
  }

  @DeleteMapping
  Answer stop(Caller caller) {
    caller.requireAdmin();
    audit.record(caller.name(), "schedules.stop", "", Map.of());
    schedules.stop(caller.name());
    return answer(List.of());
  }

  private void requireEnabled() {
    if (scheduling == Deployment.Scheduling.OFF) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "ENABLE_SCHEDULED_BACKUPS=false keeps this server from carrying out schedules",
          "Unset it and start the server again.");
    }
  }

  private List<UUID> trigger(Optional<String> named, String by) {
    List<Plan> plans = schedules.list().stream().map(PlannedSchedule::plan).toList();
    if (named.isPresent()) {
      Plan plan =
          plans.stream()
              .filter(it -> it.name().equals(named.get()))
              .findFirst()
              .orElseThrow(() -> unknown(named.get(), plans));
      return List.of(submit(RunRequest.of(plan.job(), RunRequest.LATEST), plan, by));
    }
    List<UUID> queued = new ArrayList<>();
    for (String source : sources.names()) {
      Optional<Plan> most =
          plans.stream()
              .filter(plan -> plan.source().equals(source) && plan.job().isBackup())
              .min(Comparator.comparing(Plan::job));
      queued.add(
          most.map(plan -> submit(RunRequest.of(plan.job(), RunRequest.LATEST), plan, by))
              .orElseGet(
                  () ->
                      submit(
                          new RunRequest.Physical(RunRequest.Physical.Type.FULL),
                          source,
                          RunTerms.ONCE,
                          by)));
    }
    return queued;
  }

  private static BackupException unknown(String name, List<Plan> plans) {
    return new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "there is no schedule " + Quoted.of(name),
        plans.isEmpty()
            ? "The configuration has none; see the section 'schedules'."
            : "GET /api/schedules lists them.");
  }

  private UUID submit(RunRequest request, Plan plan, String by) {
    return submit(request, plan.source(), Scheduler.terms(plan), by);
  }

  private UUID submit(RunRequest request, String source, RunTerms terms, String by) {
    return runs.submit(new NewRun(request, source, new Origin.Request(by), terms))
        .orElseThrow(() -> new IllegalStateException("a wish has no slot to be taken"));
  }

  private Answer answer(List<UUID> queued) {
    boolean isRunning =
        scheduling == Deployment.Scheduling.ON
            && schedules.scheduling().state() == ScheduleStore.State.RUNNING;
    List<PlannedSchedule> all = schedules.list();
    Optional<PlannedSchedule> next =
        all.stream()
            .filter(it -> it.nextDue().isPresent())
            .min(Comparator.comparing(it -> it.nextDue().orElseThrow()));
    return new Answer(
        true,
        new Status(
            isRunning,
            next.filter(_ -> isRunning).flatMap(PlannedSchedule::nextDue),
            next.map(it -> it.plan().schedule().describe()).orElse("no schedules"),
            queued));
  }
}
