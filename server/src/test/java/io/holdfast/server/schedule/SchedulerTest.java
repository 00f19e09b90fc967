package io.holdfast.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.plan.Job;
import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.schedule.MissedPolicy;
import io.holdfast.engine.schedule.Schedule;
import io.holdfast.server.run.Claim;
import io.holdfast.server.run.MemoryRunStore;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.Outcome;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunFilter;
import io.holdfast.server.run.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What becomes of slots.
class SchedulerTest {
  private static final Instant START = Instant.parse("2026-03-01T00:30:00Z");
  private static final Duration LEASE = Duration.ofMinutes(1);

  private final SettableClock clock = new SettableClock(START);
  private final MemoryRunStore runs = new MemoryRunStore(clock);
  private final MemoryScheduleStore schedules = new MemoryScheduleStore(clock);
  private final Scheduler scheduler = new Scheduler(schedules, runs);

  private void define(String when, MissedPolicy missed) {
    schedules.define(
        List.of(
            new Plan(
                "p",
                "erp",
                Job.INCREMENTAL,
                Schedule.parse(when, ZoneId.of("UTC")),
                missed,
                3,
                Duration.ofHours(2),
                List.of(Job.VERIFY))));
  }

  private void at(String time) {
    clock.advance(Duration.between(clock.instant(), Instant.parse(time)));
  }

  private Run only(List<UUID> ids) {
    assertThat(ids).hasSize(1);
    return runs.find(ids.getFirst()).orElseThrow();
  }

  private List<Run> missed() {
    return runs.list(RunFilter.ALL, 100, 0).stream()
        .filter(run -> run.status() == RunStatus.MISSED)
        .toList();
  }

  @Test
  void aSlotThatIsDueBecomesOneRunWithThePlansTerms() {
    define("hourly at :00", MissedPolicy.byDefault());
    assertThat(scheduler.tick()).isEmpty();
    at("2026-03-01T01:00:00Z");
    Run run = only(scheduler.tick());
    assertThat(run.request().kind()).isEqualTo("incremental");
    assertThat(run.source()).isEqualTo("erp");
    assertThat(run.origin())
        .isEqualTo(new Origin.Schedule("p", Instant.parse("2026-03-01T01:00:00Z")));
    assertThat(run.terms().attempts()).isEqualTo(3);
    assertThat(run.terms().deadline()).isEqualTo(Duration.ofHours(2));
    assertThat(run.terms().then()).containsExactly(Job.VERIFY);
    assertThat(scheduler.tick()).isEmpty();
  }

  @Test
  void ofTheSlotsOfALongOutageOneRunsAndTheOthersAreOneRecord() {
    define("hourly at :00", MissedPolicy.byDefault());
    at("2026-05-30T10:20:00Z");
    Run run = only(scheduler.tick());
    assertThat(run.origin())
        .isEqualTo(new Origin.Schedule("p", Instant.parse("2026-05-30T10:00:00Z")));
    assertThat(missed()).hasSize(1);
    Run record = missed().getFirst();
    assertThat(record.missed().orElseThrow().count()).isEqualTo(90 * 24 + 9);
    assertThat(record.missed().orElseThrow().first()).isEqualTo("2026-03-01T01:00:00Z");
    assertThat(record.origin())
        .isEqualTo(new Origin.Schedule("p", Instant.parse("2026-05-30T09:00:00Z")));
    assertThat(scheduler.tick()).isEmpty();
  }

  @Test
  void lateSlotsOfOneThatSkipsAreOneRecordAndNothingRuns() {
    define("hourly at :00", new MissedPolicy.Skip());
    at("2026-03-01T03:20:00Z");
    assertThat(scheduler.tick()).isEmpty();
    assertThat(missed()).hasSize(1);
    assertThat(missed().getFirst().missed().orElseThrow().count()).isEqualTo(3);
  }

  @Test
  void aSlotWhoseForerunnerStillRunsIsSkippedVisibly() {
    define("hourly at :00", MissedPolicy.byDefault());
    at("2026-03-01T01:00:00Z");
    assertThat(scheduler.tick()).hasSize(1);
    Claim claim = runs.claim("node", LEASE).orElseThrow();
    at("2026-03-01T02:00:00Z");
    assertThat(scheduler.tick()).isEmpty();
    assertThat(missed()).hasSize(1);
    assertThat(missed().getFirst().missed().orElseThrow().why())
        .isEqualTo("the run before it had not ended");
    assertThat(runs.end(claim, new Outcome.Completed(Map.of()), LEASE)).isTrue();
    at("2026-03-01T03:00:00Z");
    assertThat(scheduler.tick()).hasSize(1);
  }

  @Test
  void aClockThatIsSetBackMakesNothingRunTwice() {
    define("hourly at :00", MissedPolicy.byDefault());
    at("2026-03-01T02:00:00Z");
    assertThat(scheduler.tick()).hasSize(1);
    Claim claim = runs.claim("node", LEASE).orElseThrow();
    assertThat(runs.end(claim, new Outcome.Completed(Map.of()), LEASE)).isTrue();
    at("2026-03-01T00:45:00Z");
    assertThat(scheduler.tick()).isEmpty();
    at("2026-03-01T02:10:00Z");
    assertThat(scheduler.tick()).isEmpty();
    at("2026-03-01T03:00:00Z");
    assertThat(scheduler.tick()).hasSize(1);
  }

  @Test
  void stoppedSchedulesDoNothingUntilTheyAreStarted() {
    define("hourly at :00", MissedPolicy.byDefault());
    schedules.stop("ada");
    at("2026-03-01T05:00:00Z");
    assertThat(scheduler.tickIfRunning()).isEmpty();
    schedules.start("ada");
    assertThat(scheduler.tickIfRunning()).isEmpty();
    at("2026-03-01T06:00:00Z");
    assertThat(scheduler.tickIfRunning()).hasSize(1);
    assertThat(missed()).isEmpty();
  }
}
