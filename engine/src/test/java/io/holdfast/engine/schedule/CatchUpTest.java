package io.holdfast.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.schedule.CatchUp.Decision;
import io.holdfast.engine.schedule.CatchUp.Missed;
import io.holdfast.engine.schedule.CatchUp.Notice;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatchUpTest {
  private static final Instant LAST = Instant.parse("2026-03-01T10:00:00Z");

  /// 72 hours.
  private static final Duration OUTAGE = Duration.ofDays(3);

  private static CatchUp catchUp(String schedule, String policy) {
    return new CatchUp(
        Schedule.parse(schedule, ZoneId.of("UTC")), "main", MissedPolicy.parse(policy));
  }

  @Test
  void after72HoursAnHourlyScheduleRunsOnceAnd71AreMissed() {
    Instant slot = LAST.plus(OUTAGE);
    Instant now = slot.plusSeconds(1234);
    Decision decision = catchUp("hourly at :00", "run-once").decide(LAST, now);
    assertThat(decision)
        .isEqualTo(
            new Decision.Run(
                slot,
                new Missed.Slots(
                    71,
                    LAST.plus(Duration.ofHours(1)),
                    LAST.plus(Duration.ofHours(71)),
                    Notice.RECORD)));
    assertThat(decision.handled()).contains(slot);
    assertThat(catchUp("hourly at :00", "run-once").decide(slot, now))
        .isEqualTo(new Decision.Nothing());
  }

  /// The last handled slot is 10:00 on 1 March 2026, a Sunday.
  @ParameterizedTest(name = "{0}, {1}, now {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          hourly at :00  | run-once           | 2026-03-01T10:59:59Z | nothing
          hourly at :00  | run-once           | 2026-03-01T11:00:00Z | run 11:00
          hourly at :00  | run-once           | 2026-03-01T11:59:59Z | run 11:00
          hourly at :00  | run-once           | 2026-03-01T12:00:00Z | run 12:00, 1 missed 11:00 to 11:00 RECORD
          hourly at :00  | run-once           | 2026-03-01T15:20:00Z | run 15:00, 4 missed 11:00 to 14:00 RECORD
          hourly at :00  | run-once within 5m | 2026-03-01T15:05:00Z | run 15:00, 4 missed 11:00 to 14:00 RECORD
          hourly at :00  | run-once within 5m | 2026-03-01T15:05:01Z | 5 missed 11:00 to 15:00 ALERT
          hourly at :00  | skip               | 2026-03-01T11:05:00Z | run 11:00
          hourly at :00  | skip               | 2026-03-01T11:05:01Z | 1 missed 11:00 to 11:00 RECORD
          hourly at :00  | skip               | 2026-03-01T15:20:00Z | 5 missed 11:00 to 15:00 RECORD
          hourly at :00  | skip               | 2026-03-01T15:02:00Z | run 15:00, 4 missed 11:00 to 14:00 RECORD
          hourly at :00  | alert-only         | 2026-03-01T11:05:00Z | run 11:00
          hourly at :00  | alert-only         | 2026-03-01T15:20:00Z | 5 missed 11:00 to 15:00 ALERT
          hourly at :00  | alert-only         | 2026-03-01T15:02:00Z | run 15:00, 4 missed 11:00 to 14:00 ALERT
          daily at 09:00 | run-once           | 2026-03-02T23:00:00Z | run 09:00
          daily at 09:00 | run-once within 6h | 2026-03-02T15:00:00Z | run 09:00
          daily at 09:00 | run-once within 6h | 2026-03-02T15:00:01Z | 1 missed 09:00 to 09:00 ALERT
          disabled       | run-once           | 2027-03-01T15:00:00Z | nothing
          # a clock that was set back
          hourly at :00  | run-once           | 2026-03-01T10:00:00Z | nothing
          hourly at :00  | run-once           | 2026-03-01T09:30:00Z | nothing
          hourly at :00  | alert-only         | 2020-01-01T00:00:00Z | nothing
          """)
  void thisIsDecided(String schedule, String policy, Instant now, String expected) {
    Decision decision = catchUp(schedule, policy).decide(LAST, now);
    assertThat(text(decision)).isEqualTo(expected);
  }

  private static String text(Decision decision) {
    return switch (decision) {
      case Decision.Nothing() -> "nothing";
      case Decision.Run(Instant slot, Missed missed) -> "run " + time(slot) + text(missed, ", ");
      case Decision.LetPass(Missed.Slots missed) -> text(missed, "");
    };
  }

  private static String text(Missed missed, String before) {
    return switch (missed) {
      case Missed.None() -> "";
      case Missed.Slots(long count, Instant first, Instant last, Notice notice) ->
          before + count + " missed " + time(first) + " to " + time(last) + " " + notice;
    };
  }

  private static String time(Instant slot) {
    return slot.toString().substring(11, 16);
  }

  @Test
  void aYearOfMinutesIsCountedAndNotListed() {
    Instant now = LAST.plus(Duration.ofDays(365)).plusSeconds(30);
    assertThat(catchUp("cron * * * * *", "run-once").decide(LAST, now))
        .isEqualTo(
            new Decision.Run(
                LAST.plus(Duration.ofDays(365)),
                new Missed.Slots(
                    365 * 1440 - 1,
                    LAST.plusSeconds(60),
                    LAST.plus(Duration.ofDays(365)).minusSeconds(60),
                    Notice.RECORD)));
  }

  /// With jitter, the newest slot may not be due yet; the one before it is.
  @Test
  void aSlotIsDueOnlyAfterItsJitter() {
    CatchUp catchUp = catchUp("hourly at :00 jitter 59m", "run-once");
    Instant slot = LAST.plus(Duration.ofHours(3));
    Instant due = catchUp.schedule().dueAt(slot, "main");
    assertThat(due).isAfter(slot.plusSeconds(1));
    assertThat(text(catchUp.decide(LAST, due.minusNanos(1))))
        .isEqualTo("run 12:00, 1 missed 11:00 to 11:00 RECORD");
    assertThat(text(catchUp.decide(LAST, due)))
        .isEqualTo("run 13:00, 2 missed 11:00 to 12:00 RECORD");
    assertThat(catchUp.decide(slot.minus(Duration.ofHours(1)), due.minusNanos(1)))
        .isEqualTo(new Decision.Nothing());
    CatchUp skip = catchUp("hourly at :00 jitter 59m", "skip");
    assertThat(text(skip.decide(LAST.plus(Duration.ofHours(2)), due.plus(MissedPolicy.ON_TIME))))
        .isEqualTo("run 13:00");
  }

  /// Goal: however the clock moves, each slot is run or missed once. Method: a scheduler that asks
  /// at many times, some of them before the last one, beside a list of all slots.
  @Test
  void everySlotIsHandledOnceHoweverTheClockMoves() {
    CatchUp catchUp = catchUp("cron */20 * * * *", "run-once");
    int[] minutes = {1, 5, 61, -30, 2, 200, -190, 45, 19, 1, 1440, -2000, 3000, 60};
    Instant handled = LAST;
    Instant now = LAST;
    Set<Instant> run = new HashSet<>();
    List<Instant> all = new ArrayList<>();
    for (int step : minutes) {
      now = now.plus(Duration.ofMinutes(step));
      Decision decision = catchUp.decide(handled, now);
      if (decision instanceof Decision.Run(Instant slot, Missed missed)) {
        if (missed instanceof Missed.Slots slots) {
          List<Instant> listed = catchUp.schedule().slots(handled, slots.last(), 9999);
          assertThat(listed).hasSize((int) slots.count()).first().isEqualTo(slots.first());
          all.addAll(listed);
        }
        assertThat(run.add(slot)).isTrue();
        all.add(slot);
      }
      handled = decision.handled().orElse(handled);
    }
    assertThat(run).hasSizeGreaterThan(4);
    assertThat(all).isEqualTo(catchUp.schedule().slots(LAST, handled, 9999));
  }

  @ParameterizedTest
  @CsvSource({
    "run-once, run-once",
    "Run-Once within 31d, run-once",
    "run-once within 360m, run-once within 6h",
    " skip, skip",
    "ALERT-only, alert-only"
  })
  void policiesAreReadAndWritten(String text, String written) {
    assertThat(MissedPolicy.parse(text).text()).isEqualTo(written);
    assertThat(MissedPolicy.parse(written)).isEqualTo(MissedPolicy.parse(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          always               | 'always' says nothing about missed runs     | Give run-once
          skip within 5m       | 'skip within 5m' says nothing               | skip or alert-only
          run-once within      | 'run-once within' says nothing              | Give run-once
          run-once within 5    | '5' is no length of time                    | 90s, 15m, 6h or 31d
          run-once within 299s | cannot be caught up within PT4M59S          | from 5m to 366d
          run-once within 367d | cannot be caught up within PT8808H          | from 5m to 366d
          """)
  void whatIsNoPolicyIsNamed(String text, String message, String hint) {
    assertThatThrownBy(() -> MissedPolicy.parse(text))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT);
              assertThat(e).hasMessageContaining(message);
              assertThat(e.hint()).contains(hint);
            });
  }
}
