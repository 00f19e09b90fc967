package io.holdfast.server.schedule;

import io.holdfast.engine.plan.Plan;
import io.holdfast.server.schedule.PlannedSchedule.DefinedBy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Schedules in memory; keeps every promise of the contract.
final class MemoryScheduleStore implements ScheduleStore {
  private static final Comparator<PlannedSchedule> LONGEST_DUE =
      Comparator.comparing((PlannedSchedule it) -> it.nextDue().orElse(Instant.MAX))
          .thenComparing(it -> it.plan().name());

  private final InstantSource clock;
  private final TreeMap<String, PlannedSchedule> byName = new TreeMap<>();
  private final TreeSet<PlannedSchedule> byTime = new TreeSet<>(LONGEST_DUE);
  private Scheduling scheduling;

  MemoryScheduleStore(InstantSource clock) {
    this.clock = clock;
    this.scheduling = new Scheduling(State.RUNNING, clock.instant(), "holdfast");
  }

  @Override
  public synchronized void define(Collection<Plan> plans) {
    Set<String> wanted = new HashSet<>();
    for (Plan plan : plans) {
      wanted.add(plan.name());
      Optional<PlannedSchedule> same =
          Optional.ofNullable(byName.get(plan.name()))
              .filter(it -> it.plan().schedule().equals(plan.schedule()));
      Instant since = same.map(PlannedSchedule::since).orElseGet(clock::instant);
      Instant handled = same.map(PlannedSchedule::handled).orElseGet(clock::instant);
      put(PlannedSchedule.from(plan, DefinedBy.FILE, since, handled));
    }
    List<PlannedSchedule> gone =
        byName.values().stream()
            .filter(it -> it.definedBy() == DefinedBy.FILE)
            .filter(it -> !wanted.contains(it.plan().name()))
            .toList();
    gone.forEach(
        it -> {
          byName.remove(it.plan().name());
          byTime.remove(it);
        });
  }

  private void put(PlannedSchedule schedule) {
    Optional.ofNullable(byName.put(schedule.plan().name(), schedule)).ifPresent(byTime::remove);
    byTime.add(schedule);
  }

  @Override
  public synchronized int handleDue(int max, Handling handling) {
    Instant now = clock.instant();
    List<PlannedSchedule> due =
        byTime.stream()
            .takeWhile(it -> it.nextDue().filter(at -> !at.isAfter(now)).isPresent())
            .limit(max)
            .toList();
    for (PlannedSchedule one : due) {
      PlannedSchedule it =
          one.handled().isBefore(scheduling.changedAt())
              ? PlannedSchedule.from(
                  one.plan(), one.definedBy(), one.since(), scheduling.changedAt())
              : one;
      Instant handled = handling.handle(it, now).orElse(it.handled());
      put(PlannedSchedule.from(it.plan(), it.definedBy(), it.since(), handled));
    }
    return due.size();
  }

  @Override
  public synchronized List<PlannedSchedule> list() {
    return List.copyOf(byName.values());
  }

  @Override
  public synchronized Scheduling scheduling() {
    return scheduling;
  }

  @Override
  public synchronized void start(String by) {
    change(State.RUNNING, by);
  }

  @Override
  public synchronized void stop(String by) {
    change(State.STOPPED, by);
  }

  private void change(State state, String by) {
    if (scheduling.state() != state) {
      scheduling = new Scheduling(state, clock.instant(), by);
    }
  }
}
