package io.holdfast.server.schedule;

import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.plan.Job;
import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.schedule.MissedPolicy;
import io.holdfast.engine.schedule.Schedule;
import io.holdfast.server.run.Claim;
import io.holdfast.server.run.Failure;
import io.holdfast.server.run.MemoryRunStore;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.Outcome;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunFilter;
import io.holdfast.server.run.RunProgress;
import io.holdfast.server.run.RunStatus;
import io.holdfast.server.run.RunStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Three nodes and a catalog in a month with changes to and from summer time, by steps of a minute:
/// nodes die and come back, runs fail, the catalog's clock jumps, schedules are stopped and
/// started. The scheduler is the real one; the stores keep the contracts of the real ones.
final class SimulatedMonth {
  /// Before the changes in New York (8 March), Berlin (29 March) and Sydney (5 April).
  private static final Instant START = Instant.parse("2026-03-06T11:17:00Z");

  private static final Duration LENGTH = Duration.ofDays(31);
  private static final Duration LEASE = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMinutes(5);
  private static final int NODES = 3;
  private static final String[] ZONES = {
    "Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "UTC"
  };
  private static final String[] TIMES = {
    "daily at 02:30",
    "daily at 02:00 jitter 45m",
    "cron 0 */6 * * * ",
    "weekly on Sun at 02:15",
    "monthly on 31 at 01:00",
    "hourly at :40"
  };
  private static final int[] SHARES = {30, 30, 20, 14, 4, 2};

  private final SplittableRandom random;
  private final SettableClock clock = new SettableClock(START);
  private final MemoryRunStore runs = new MemoryRunStore(clock);
  private final MemoryScheduleStore schedules = new MemoryScheduleStore(clock);
  private final List<Plan> plans;
  private final List<Node> nodes = new ArrayList<>();

  /// When a living node looked last, and the intervals that lie between such a look and a start.
  private Instant lastLook = START;

  private final List<Instant[]> exempted = new ArrayList<>();
  private int openAtOnceMax;
  private long exempt;

  SimulatedMonth(long seed, int sources) {
    this.random = Seeds.random(seed);
    this.plans = new ArrayList<>();
    for (int i = 0; i < sources; i++) {
      plans.add(plan(i));
    }
    for (int i = 0; i < NODES; i++) {
      nodes.add(new Node("node" + i));
    }
  }

  private Plan plan(int number) {
    String zone = ZONES[random.nextInt(ZONES.length)];
    MissedPolicy missed =
        switch (random.nextInt(4)) {
          case 0 -> new MissedPolicy.Skip();
          case 1 -> new MissedPolicy.AlertOnly();
          case 2 -> new MissedPolicy.RunOnce(Duration.ofHours(6));
          default -> MissedPolicy.byDefault();
        };
    return new Plan(
        "plan" + number,
        "source" + number,
        random.nextBoolean() ? Job.FULL : Job.INCREMENTAL,
        Schedule.parse(withZone(times(), zone), ZoneId.of(zone)),
        missed,
        1 + random.nextInt(3),
        Duration.ZERO,
        random.nextInt(4) == 0 ? List.of(Job.VERIFY) : List.of());
  }

  private static String withZone(String times, String zone) {
    int jitter = times.indexOf(" jitter");
    return jitter < 0
        ? times.strip() + " in " + zone
        : times.substring(0, jitter) + " in " + zone + times.substring(jitter);
  }

  private String times() {
    int lot = random.nextInt(100);
    int i = 0;
    while (lot >= SHARES[i]) {
      lot -= SHARES[i++];
    }
    return TIMES[i];
  }

  /// A server. It dies with what it works on.
  private final class Node {
    private final String name;
    private final Map<Claim, Instant> work = new HashMap<>();
    private final Scheduler scheduler = new Scheduler(schedules, runs);
    private Optional<Instant> deadUntil = Optional.empty();

    Node(String name) {
      this.name = name;
    }

    void step() {
      Instant now = clock.instant();
      if (deadUntil.isPresent()) {
        if (now.isBefore(deadUntil.get())) {
          return;
        }
        deadUntil = Optional.empty();
      }
      if (schedules.scheduling().state() == ScheduleStore.State.RUNNING) {
        lastLook = now;
      }
      var _ = scheduler.tickIfRunning();
      var _ = runs.endAbandoned(PAUSE);
      endWhatIsDone(now);
      takeMore(now);
    }

    private void endWhatIsDone(Instant now) {
      for (Iterator<Map.Entry<Claim, Instant>> all = work.entrySet().iterator(); all.hasNext(); ) {
        Map.Entry<Claim, Instant> one = all.next();
        if (!now.isBefore(one.getValue())) {
          boolean _ = runs.end(one.getKey(), outcome(), PAUSE);
          all.remove();
        } else if (runs.renew(one.getKey(), RunProgress.NONE, LEASE) == RunStore.Renewal.LOST) {
          all.remove();
        }
      }
    }

    private Outcome outcome() {
      int lot = random.nextInt(20);
      if (lot > 2) {
        return new Outcome.Completed(Map.of("backup", "b"));
      }
      Failure.Chance chance = lot > 0 ? Failure.Chance.MAY_HELP : Failure.Chance.POINTLESS;
      return new Outcome.Failed(new Failure("HF-2001", "gone", "", chance));
    }

    private void takeMore(Instant now) {
      int workers = 10 + plans.size() / 20;
      while (work.size() < workers) {
        Optional<Claim> next = runs.claim(name, LEASE);
        if (next.isEmpty()) {
          return;
        }
        int minutes = random.nextInt(100) == 0 ? random.nextInt(600) : 1 + random.nextInt(8);
        work.put(next.get(), now.plus(Duration.ofMinutes(minutes)));
      }
    }

    void die(Duration length) {
      work.clear();
      deadUntil = Optional.of(clock.instant().plus(length));
    }
  }

  /// The month, and a day in which nothing more happens.
  void pass() {
    schedules.define(plans);
    long minutes = LENGTH.toMinutes();
    for (long minute = 0; minute < minutes; minute++) {
      clock.advance(Duration.ofMinutes(1));
      disturb();
      nodes.forEach(Node::step);
      if (minute % 30 == 0) {
        countOpen();
      }
    }
    if (schedules.scheduling().state() == ScheduleStore.State.STOPPED) {
      start();
    }
    for (long minute = 0; minute < Duration.ofDays(1).toMinutes(); minute++) {
      clock.advance(Duration.ofMinutes(1));
      nodes.forEach(Node::step);
    }
    schedules.stop("end");
    for (long minute = 0; minute < Duration.ofDays(1).toMinutes(); minute++) {
      clock.advance(Duration.ofMinutes(1));
      nodes.forEach(Node::step);
    }
  }

  private void disturb() {
    switch (random.nextInt(6_000)) {
      case 0, 1, 2, 3, 4, 5, 6, 7 ->
          nodes.get(random.nextInt(NODES)).die(Duration.ofMinutes(random.nextInt(600)));
      case 8 -> nodes.forEach(node -> node.die(Duration.ofMinutes(random.nextInt(3_000))));
      case 9 -> clock.advance(Duration.ofMinutes(random.nextInt(400)));
      case 10 -> clock.advance(Duration.ofMinutes(-random.nextInt(400)));
      case 11, 12 -> schedules.stop("ada");
      default -> {
        if (schedules.scheduling().state() == ScheduleStore.State.STOPPED
            && random.nextInt(300) == 0) {
          start();
        }
      }
    }
  }

  private void start() {
    schedules.start("ada");
    exempted.add(new Instant[] {lastLook, clock.instant()});
  }

  private void countOpen() {
    Map<String, Integer> open = new HashMap<>();
    for (RunStatus status : List.of(RunStatus.PENDING, RunStatus.RUNNING)) {
      for (Run run : runs.openOf(status)) {
        if (run.origin() instanceof Origin.Schedule(var schedule, _)) {
          openAtOnceMax = Math.max(openAtOnceMax, open.merge(schedule, 1, Integer::sum));
        }
      }
    }
  }

  int openAtOnceMax() {
    return openAtOnceMax;
  }

  List<Run> stuck() {
    return all().stream().filter(run -> !run.status().isEnd()).limit(10).toList();
  }

  private List<Run> all() {
    return runs.list(RunFilter.ALL, Integer.MAX_VALUE, 0);
  }

  /// What is wrong with the outcomes of slots.
  List<String> mistakes() {
    Map<String, Map<Instant, Outcomes>> byPlan = new HashMap<>();
    for (Run run : all().reversed()) {
      if (run.origin() instanceof Origin.Schedule(var schedule, var slot)) {
        byPlan
            .computeIfAbsent(schedule, _ -> new TreeMap<>())
            .computeIfAbsent(slot, _ -> new Outcomes())
            .add(run);
      }
    }
    List<String> mistakes = new ArrayList<>();
    for (Plan plan : plans) {
      check(plan, byPlan.getOrDefault(plan.name(), new TreeMap<>()), mistakes);
    }
    return mistakes.stream().limit(20).toList();
  }

  /// The runs of one slot.
  private static final class Outcomes {
    private final List<Run> runs = new ArrayList<>();

    void add(Run run) {
      runs.add(run);
    }

    Optional<Instant> missedFrom() {
      return runs.getFirst().missed().map(missed -> missed.first());
    }

    /// One record of missed slots, or tries of which only the last may have succeeded.
    Optional<String> mistake(Plan plan) {
      boolean mixed = runs.size() > 1 && runs.stream().anyMatch(run -> run.missed().isPresent());
      long completed = runs.stream().filter(r -> r.status() == RunStatus.COMPLETED).count();
      boolean goesOn =
          runs.stream()
              .limit(Math.max(0, runs.size() - 1))
              .anyMatch(run -> run.status() != RunStatus.FAILED);
      return mixed || completed > 1 || goesOn || runs.size() > plan.attempts()
          ? Optional.of(plan.name() + " " + runs)
          : Optional.empty();
    }
  }

  private void check(Plan plan, Map<Instant, Outcomes> outcomes, List<String> mistakes) {
    List<Instant> slots = plan.schedule().slots(START, clock.instant(), 100_000);
    Map<Instant, Integer> covered = new HashMap<>();
    outcomes.forEach(
        (slot, of) -> {
          of.mistake(plan).ifPresent(mistakes::add);
          Instant from = of.missedFrom().orElse(slot);
          List<Instant> its =
              slots.stream().filter(it -> !it.isBefore(from) && !it.isAfter(slot)).toList();
          its.forEach(it -> covered.merge(it, 1, Integer::sum));
          long told = of.runs.getFirst().missed().map(missed -> missed.count()).orElse(1L);
          if (told != its.size()) {
            mistakes.add(plan.name() + " at " + slot + " stands for " + told + ": " + its);
          }
        });
    for (Instant slot : slots) {
      int times = covered.getOrDefault(slot, 0);
      boolean mayLack = isExempt(plan, slot);
      if (mayLack) {
        exempt++;
      }
      if (times > 1 || (times == 0 && !mayLack)) {
        mistakes.add(plan.name() + " (" + plan.schedule().text() + ") " + slot + ": " + times);
      }
    }
  }

  /// Due while schedules were stopped, or after the last look.
  private boolean isExempt(Plan plan, Instant slot) {
    Instant due = plan.schedule().dueAt(slot, plan.name());
    return due.isAfter(lastLook)
        || exempted.stream().anyMatch(it -> due.isAfter(it[0]) && !slot.isAfter(it[1]));
  }

  private long count(RunStatus status) {
    return runs.count(new RunFilter(Optional.empty(), Optional.empty(), Optional.of(status)));
  }

  long completed() {
    return count(RunStatus.COMPLETED);
  }

  long failed() {
    return count(RunStatus.FAILED);
  }

  long missed() {
    return count(RunStatus.MISSED);
  }

  long abandoned() {
    return all().stream()
        .flatMap(run -> run.failure().stream())
        .filter(failure -> failure.message().contains("went away"))
        .count();
  }

  long exempt() {
    return exempt;
  }

  @Override
  public String toString() {
    return "%d schedules: %d runs completed, %d failed (%d of them left by dead nodes), %d records of missed slots, %d slots while stopped"
        .formatted(plans.size(), completed(), failed(), abandoned(), missed(), exempt());
  }
}
