package io.holdfast.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Jitter, and when a schedule is overdue.
class DueTimesTest {
  private static final Instant SLOT = Instant.parse("2026-03-01T02:00:00Z");

  private static Schedule schedule(String text) {
    return Schedule.parse(text, ZoneId.of("UTC"));
  }

  /// These numbers must never change: runs of installations would move.
  @ParameterizedTest
  @CsvSource({
    "main, 651",
    "weekly, 1872",
    "täglich, 149",
    "nightly, 1126",
    "7c9e6679-7425-40de-944b-e07fc1f90ae7, 158"
  })
  void theDistanceIsFixedForEver(String id, long seconds) {
    assertThat(schedule("daily at 02:00 jitter 1h").dueAt(SLOT, id))
        .isEqualTo(SLOT.plusSeconds(seconds));
  }

  @Test
  void withoutAWindowASlotIsDueAtOnce() {
    assertThat(schedule("daily at 02:00").dueAt(SLOT, "main")).isEqualTo(SLOT);
  }

  @Test
  void schedulesAreSpreadOverTheWindowAndKeepTheirPlace() {
    Schedule schedule = schedule("daily at 02:00 jitter 1h");
    Map<Long, Long> perTenMinutes =
        IntStream.range(0, 6000)
            .mapToObj(i -> Duration.between(SLOT, schedule.dueAt(SLOT, "schedule-" + i)))
            .peek(distance -> assertThat(distance).isBetween(Duration.ZERO, Duration.ofMinutes(60)))
            .collect(Collectors.groupingBy(d -> d.toMinutes() / 10, Collectors.counting()));
    assertThat(perTenMinutes).hasSize(6).allSatisfy((_, n) -> assertThat(n).isBetween(850L, 1150L));
    Duration day = Duration.ofDays(1);
    assertThat(schedule.dueAt(SLOT.plus(day), "main"))
        .isEqualTo(schedule.dueAt(SLOT, "main").plus(day));
  }

  /// Where a gap brings two slots together, the window of the first one is cut off.
  @Test
  void noSlotIsDueOnlyWhenTheNextOneHasCome() {
    Schedule schedule = schedule("cron 10,45 2,3 * * * in Europe/Berlin jitter 24m");
    List<Instant> slots =
        schedule.slots(
            Instant.parse("2026-03-28T12:00:00Z"), Instant.parse("2026-03-29T12:00:00Z"), 9);
    assertThat(slots)
        .containsExactly(
            Instant.parse("2026-03-29T01:00:00Z"),
            Instant.parse("2026-03-29T01:10:00Z"),
            Instant.parse("2026-03-29T01:45:00Z"));
    for (int i = 0; i < 500; i++) {
      assertThat(schedule.dueAt(slots.getFirst(), "schedule-" + i))
          .isBetween(slots.getFirst(), slots.get(1).minusSeconds(1));
      assertThat(schedule.dueAt(slots.get(1), "schedule-" + i))
          .isBetween(slots.get(1), slots.get(1).plus(Duration.ofMinutes(24)));
    }
  }

  @ParameterizedTest(name = "{0} has a gap of {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          hourly at :15                            | PT1H
          cron * * * * *                           | PT1M
          cron */7 * * * *                         | PT7M
          cron * 9-17 * * *                        | PT15H1M
          cron 0 3,5,20 * * *                      | PT15H
          daily at 02:00                           | PT24H
          daily at 02:00 in Europe/Berlin          | PT25H
          daily at 02:30 in America/New_York       | PT25H
          hourly at :15 in Australia/Lord_Howe     | PT1H30M
          cron 0 */6 * * * in Africa/Cairo         | PT11H
          weekly on Sun at 02:00                   | PT168H
          cron 0 3 * * mon-fri                     | PT72H
          cron 0 3 * * mon-fri in Europe/Berlin    | PT73H
          monthly on last at 01:00                 | PT744H
          cron @yearly                             | PT8760H
          cron 0 0 1 1,2 *                         | PT8016H
          cron 0 0 29 2 *                          | PT35064H
          """)
  void theLongestGapOfTheYearIsKnown(String text, Duration gap) {
    assertThat(schedule(text).longestGap(SLOT)).contains(gap);
  }

  @Test
  void aScheduleIsOverdueAfterAGapAndAQuarterAndARun() {
    Duration usual = Duration.ofMinutes(40);
    assertThat(schedule("daily at 02:00").overdueAfter(SLOT, usual))
        .contains(SLOT.plus(Duration.ofHours(30)).plus(usual));
    assertThat(schedule("hourly at :00").overdueAfter(SLOT, Duration.ZERO))
        .contains(SLOT.plus(Duration.ofMinutes(75)));
    assertThat(schedule("disabled").overdueAfter(SLOT, usual)).isEmpty();
    assertThat(
            schedule("daily at 02:00").overdueAfter(SLOT, Duration.ofSeconds(Long.MAX_VALUE / 2)))
        .contains(Instant.MAX);
  }
}
