package io.holdfast.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.plan.Job;
import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.schedule.MissedPolicy;
import io.holdfast.engine.schedule.Schedule;
import io.holdfast.server.schedule.ScheduleStore.State;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What every store of schedules promises.
abstract class ScheduleStoreContract {
  static final Instant START = Instant.parse("2026-03-01T00:30:00Z");
  private static final Instant TWO = Instant.parse("2026-03-01T02:00:00Z");

  final SettableClock clock = new SettableClock(START);

  /// An empty store whose time is [#clock]'s.
  abstract ScheduleStore store();

  /// Called after each step of the clock.
  abstract void clockMoved();

  private void advanceTo(Instant time) {
    clock.advance(Duration.between(clock.instant(), time));
    clockMoved();
  }

  static Plan plan(String name, String when) {
    return new Plan(
        name,
        "erp",
        Job.FULL,
        Schedule.parse(when, ZoneId.of("UTC")),
        MissedPolicy.byDefault(),
        2,
        Duration.ofHours(6),
        List.of(Job.VERIFY, Job.RETENTION));
  }

  private static List<String> handled(ScheduleStore store, Optional<Instant> answer) {
    List<String> names = new ArrayList<>();
    int _ =
        store.handleDue(
            10,
            (schedule, _) -> {
              names.add(schedule.plan().name());
              return answer;
            });
    return names;
  }

  @Test
  void aScheduleIsFoundAsItWasDefinedAndBeginsWithTheNextSlot() {
    ScheduleStore store = store();
    Plan nightly = plan("nightly", "daily at 02:00 in Europe/Berlin jitter 15m");
    store.define(List.of(nightly));
    PlannedSchedule found = store.list().getFirst();
    assertThat(found.plan()).isEqualTo(nightly);
    assertThat(found.handled()).isEqualTo(START);
    Instant slot = nightly.schedule().next(START).orElseThrow();
    assertThat(found.nextDue()).contains(nightly.schedule().dueAt(slot, "nightly"));
  }

  @Test
  void whatIsDueIsHandedOverOnceAndAgainWithTheNextSlot() {
    ScheduleStore store = store();
    store.define(List.of(plan("a", "daily at 02:00"), plan("b", "daily at 03:00")));
    assertThat(handled(store, Optional.empty())).isEmpty();
    advanceTo(TWO);
    assertThat(handled(store, Optional.of(TWO))).containsExactly("a");
    assertThat(handled(store, Optional.of(TWO))).isEmpty();
    assertThat(store.list().getFirst().nextDue()).contains(TWO.plus(Duration.ofDays(1)));
    advanceTo(TWO.plus(Duration.ofHours(1)));
    assertThat(handled(store, Optional.of(TWO.plus(Duration.ofHours(1))))).containsExactly("b");
  }

  @Test
  void noMoreAreHandedOverThanAreAskedForAndThoseThatWaitedLongestFirst() {
    ScheduleStore store = store();
    store.define(
        List.of(plan("a", "daily at 03:00"), plan("b", "daily at 02:00"), plan("c", "disabled")));
    advanceTo(TWO.plus(Duration.ofHours(2)));
    List<String> names = new ArrayList<>();
    ScheduleStore.Handling handling =
        (schedule, now) -> {
          names.add(schedule.plan().name());
          return Optional.of(now);
        };
    assertThat(store.handleDue(1, handling)).isEqualTo(1);
    assertThat(store.handleDue(1, handling)).isEqualTo(1);
    assertThat(store.handleDue(1, handling)).isZero();
    assertThat(names).containsExactly("b", "a");
  }

  @Test
  void definingAgainKeepsWhatIsHandledUnlessTheTimesChange() {
    ScheduleStore store = store();
    store.define(List.of(plan("a", "daily at 02:00"), plan("gone", "daily at 02:00")));
    advanceTo(TWO.plusSeconds(60));
    store.define(List.of(plan("a", "daily at 02:00")));
    assertThat(store.list()).hasSize(1);
    assertThat(store.list().getFirst().handled()).isEqualTo(START);
    assertThat(handled(store, Optional.of(TWO))).as("the slot is still due").containsExactly("a");
    store.define(List.of(plan("a", "daily at 01:00")));
    assertThat(store.list().getFirst().handled()).isEqualTo(TWO.plusSeconds(60));
  }

  @Test
  void aChangeOfOtherThingsThanTimesIsNoNewBeginning() {
    ScheduleStore store = store();
    Plan before = plan("a", "daily at 02:00");
    store.define(List.of(before));
    advanceTo(TWO);
    Plan after =
        new Plan(
            "a",
            "erp",
            Job.INCREMENTAL,
            before.schedule(),
            before.missed(),
            1,
            Duration.ZERO,
            List.of());
    store.define(List.of(after));
    assertThat(store.list().getFirst().plan()).isEqualTo(after);
    assertThat(handled(store, Optional.of(TWO))).containsExactly("a");
  }

  @Test
  void whatPassedWhileStoppedIsNoSlotAndTheStateIsKept() {
    ScheduleStore store = store();
    store.define(List.of(plan("a", "hourly at :00")));
    assertThat(store.scheduling().state()).isEqualTo(State.RUNNING);
    advanceTo(TWO.minusSeconds(60));
    store.stop("ada");
    assertThat(store.scheduling().state()).isEqualTo(State.STOPPED);
    assertThat(store.scheduling().changedBy()).isEqualTo("ada");
    advanceTo(TWO.plus(Duration.ofHours(5)).plusSeconds(60));
    store.start("bob");
    store.start("carl");
    assertThat(store.scheduling().changedBy()).isEqualTo("bob");
    List<Instant> seen = new ArrayList<>();
    ScheduleStore.Handling handling =
        (schedule, _) -> {
          seen.add(schedule.handled());
          return Optional.empty();
        };
    assertThat(store.handleDue(10, handling)).isEqualTo(1);
    assertThat(seen).containsExactly(clock.instant());
    assertThat(store.handleDue(10, handling)).isZero();
    assertThat(store.list().getFirst().nextDue()).contains(TWO.plus(Duration.ofHours(6)));
  }

  @Test
  void aHandlingThatBreaksOffHandlesNothing() {
    ScheduleStore store = store();
    store.define(List.of(plan("a", "daily at 02:00")));
    advanceTo(TWO);
    assertThatThrownBy(
            () ->
                store.handleDue(
                    10,
                    (_, _) -> {
                      throw new BrokenOff("crash");
                    }))
        .isInstanceOf(BrokenOff.class);
    assertThat(handled(store, Optional.of(TWO))).containsExactly("a");
  }

  /// The end of a process, as far as a store notices.
  private static final class BrokenOff extends Error {
    private static final long serialVersionUID = 1;

    BrokenOff(String message) {
      super(message);
    }
  }
}
