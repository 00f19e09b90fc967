package io.holdfast.server.overview;

import io.holdfast.engine.api.Watch;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.plan.Plans;
import io.holdfast.engine.retention.RetentionPolicy;
import io.holdfast.server.access.Caller;
import io.holdfast.server.audit.Audit;
import io.holdfast.server.schedule.PlannedSchedule;
import io.holdfast.server.schedule.ScheduleStore;
import io.holdfast.server.source.Repositories;
import io.holdfast.server.source.Sources;
import io.holdfast.server.web.Page;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/api/sources`: what is backed up.
@RestController
@RequestMapping("/api/sources")
class SourceController {
  private static final int TESTS_AT_ONCE = 4;

  private final Sources sources;
  private final Repositories repositories;
  private final Plans plans;
  private final ScheduleStore schedules;
  private final SourceRows rows;
  private final InstantSource clock;
  private final Audit audit;
  private final Places places = new Places(TESTS_AT_ONCE);

  SourceController(
      Sources sources,
      Repositories repositories,
      Plans plans,
      ScheduleStore schedules,
      SourceRows rows,
      InstantSource clock,
      Audit audit) {
    this.sources = sources;
    this.repositories = repositories;
    this.plans = plans;
    this.schedules = schedules;
    this.rows = rows;
    this.clock = clock;
    this.audit = audit;
  }

  /// A source.
  ///
  /// @param kind `postgresql`, or `pushed` for one whose backups are made elsewhere
  /// @param address hosts and database; never a user or a password
  /// @param retention what is kept, in words; empty if nothing is forgotten by itself
  /// @param lastSuccess by the kinds of runs
  /// @param lastBackup the newest that has no damage
  /// @param nextRun of its schedules, if they are carried out
  /// @param incidents what is wrong now
  record View(
      String name,
      String kind,
      Optional<String> address,
      String repository,
      List<String> retention,
      Map<String, Instant> lastSuccess,
      Optional<SourceRows.LastBackup> lastBackup,
      Optional<Instant> nextRun,
      List<String> incidents) {}

  @GetMapping
  Page<View> list(
      @RequestParam(defaultValue = "50") int limit, @RequestParam(defaultValue = "0") int offset) {
    Page.Window window = new Page.Window(limit, offset);
    List<String> all = sources.names();
    List<String> names = all.stream().skip(offset).limit(limit).toList();
    Map<String, Map<String, Instant>> successes = rows.lastSuccesses(names);
    Map<String, SourceRows.LastBackup> backups = rows.lastBackups(names);
    Map<String, List<String>> incidents = rows.incidents(names);
    Map<String, Instant> next = nextRuns();
    return Page.of(
        names.stream()
            .map(
                name -> {
                  Settings settings = sources.require(name).settings();
                  return new View(
                      name,
                      settings.url().or(settings::directUrl).isPresent() ? "postgresql" : "pushed",
                      settings.address(),
                      repositories.nameOf(name),
                      plans.policyOf(name).map(RetentionPolicy::describe).orElse(List.of()),
                      successes.getOrDefault(name, Map.of()),
                      Optional.ofNullable(backups.get(name)),
                      Optional.ofNullable(next.get(name)),
                      incidents.getOrDefault(name, List.of()));
                })
            .toList(),
        all.size(),
        window);
  }

  private Map<String, Instant> nextRuns() {
    Map<String, Instant> next = new HashMap<>();
    if (schedules.scheduling().state() == ScheduleStore.State.RUNNING) {
      for (PlannedSchedule schedule : schedules.list()) {
        schedule
            .nextDue()
            .ifPresent(
                due ->
                    next.merge(
                        schedule.plan().source(),
                        due,
                        (one, other) -> one.isBefore(other) ? one : other));
      }
    }
    return next;
  }

  /// Asks the source's server whether backups can work.
  @PostMapping("/{name}/test")
  Findings test(@PathVariable String name, Caller caller) {
    caller.requireOperator();
    var holdfast = sources.require(name);
    audit.record(caller.name(), "source.test", name, Map.of());
    return places.take(
        () -> Findings.of(name, holdfast.examineServer(Watch.none()), clock.instant()));
  }
}
