package io.holdfast.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What becomes of slots where local time jumps, worked out by hand. All slots of the range are
/// listed, in UTC.
class GapsAndOverlapsTest {
  @ParameterizedTest(name = "{0} in {1} from {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # months that are too short
          monthly on 30 at 02:00     | UTC                  | 2026-01-15T12:00Z | 2026-01-30T02:00Z 2026-02-28T02:00Z 2026-03-30T02:00Z
          monthly on last at 02:00   | UTC                  | 2028-01-15T12:00Z | 2028-01-31T02:00Z 2028-02-29T02:00Z 2028-03-31T02:00Z 2028-04-30T02:00Z
          # New York, 8 March 2026: 02:00 to 03:00 is missing, at 07:00Z
          daily at 02:30             | America/New_York     | 2026-03-06T12:00Z | 2026-03-07T07:30Z 2026-03-08T07:00Z 2026-03-09T06:30Z
          daily at 03:00             | America/New_York     | 2026-03-06T12:00Z | 2026-03-07T08:00Z 2026-03-08T07:00Z 2026-03-09T07:00Z
          cron 15,45 2 * * *         | America/New_York     | 2026-03-07T12:00Z | 2026-03-08T07:00Z 2026-03-09T06:15Z 2026-03-09T06:45Z
          cron 30 2,3 * * *          | America/New_York     | 2026-03-07T12:00Z | 2026-03-08T07:00Z 2026-03-08T07:30Z 2026-03-09T06:30Z
          cron 0 2,3 * * *           | America/New_York     | 2026-03-07T12:00Z | 2026-03-08T07:00Z 2026-03-09T06:00Z 2026-03-09T07:00Z
          weekly on Sun at 02:30     | America/New_York     | 2026-03-05T12:00Z | 2026-03-08T07:00Z 2026-03-15T06:30Z
          monthly on 8 at 02:30      | America/New_York     | 2026-02-20T12:00Z | 2026-03-08T07:00Z 2026-04-08T06:30Z
          hourly at :30              | America/New_York     | 2026-03-08T05:00Z | 2026-03-08T05:30Z 2026-03-08T06:30Z 2026-03-08T07:30Z
          cron */30 1-3 * * *        | America/New_York     | 2026-03-08T06:00Z | 2026-03-08T06:30Z 2026-03-08T07:00Z 2026-03-08T07:30Z
          # all that the pattern has on this day is in the gap
          cron */30 2 * * *          | America/New_York     | 2026-03-07T12:00Z | 2026-03-08T07:00Z 2026-03-09T06:00Z 2026-03-09T06:30Z
          # Berlin, 25 October 2026: 02:00 to 03:00 comes twice, from 00:00Z and from 01:00Z
          daily at 02:30             | Europe/Berlin        | 2026-10-24T12:00Z | 2026-10-25T00:30Z 2026-10-26T01:30Z
          daily at 02:00             | Europe/Berlin        | 2026-10-24T12:00Z | 2026-10-25T00:00Z 2026-10-26T01:00Z
          daily at 03:00             | Europe/Berlin        | 2026-10-24T12:00Z | 2026-10-25T02:00Z 2026-10-26T02:00Z
          cron 0,30 2 * * *          | Europe/Berlin        | 2026-10-24T12:00Z | 2026-10-25T00:00Z 2026-10-25T00:30Z 2026-10-26T01:00Z
          hourly at :30              | Europe/Berlin        | 2026-10-24T23:00Z | 2026-10-24T23:30Z 2026-10-25T00:30Z 2026-10-25T01:30Z 2026-10-25T02:30Z
          cron */30 2 * * *          | Europe/Berlin        | 2026-10-24T12:00Z | 2026-10-25T00:00Z 2026-10-25T00:30Z 2026-10-25T01:00Z 2026-10-25T01:30Z 2026-10-26T01:00Z
          cron 30 1-2 * * *          | Europe/Berlin        | 2026-10-24T12:00Z | 2026-10-24T23:30Z 2026-10-25T00:30Z 2026-10-25T01:30Z 2026-10-26T00:30Z
          cron 30 2-2 * * *          | Europe/Berlin        | 2026-10-24T12:00Z | 2026-10-25T00:30Z 2026-10-26T01:30Z
          # Lord Howe, 5 October 2025: 02:00 to 02:30 is missing, at 15:30Z the day before
          daily at 02:15             | Australia/Lord_Howe  | 2025-10-03T00:00Z | 2025-10-03T15:45Z 2025-10-04T15:30Z 2025-10-05T15:15Z
          daily at 02:30             | Australia/Lord_Howe  | 2025-10-03T00:00Z | 2025-10-03T16:00Z 2025-10-04T15:30Z 2025-10-05T15:30Z
          cron */15 * * * *          | Australia/Lord_Howe  | 2025-10-04T15:00Z | 2025-10-04T15:15Z 2025-10-04T15:30Z 2025-10-04T15:45Z
          hourly at :15              | Australia/Lord_Howe  | 2025-10-04T14:00Z | 2025-10-04T14:45Z 2025-10-04T16:15Z
          # Lord Howe, 6 April 2025: 01:30 to 02:00 comes twice, from 14:30Z and from 15:00Z
          daily at 01:45             | Australia/Lord_Howe  | 2025-04-04T20:00Z | 2025-04-05T14:45Z 2025-04-06T15:15Z
          cron */15 * * * *          | Australia/Lord_Howe  | 2025-04-05T14:15Z | 2025-04-05T14:30Z 2025-04-05T14:45Z 2025-04-05T15:00Z 2025-04-05T15:15Z 2025-04-05T15:30Z
          # Apia: 30 December 2011 never was; it lies in a gap at 10:00Z
          daily at 02:00             | Pacific/Apia         | 2011-12-29T00:00Z | 2011-12-29T12:00Z 2011-12-30T10:00Z 2011-12-30T12:00Z 2011-12-31T12:00Z
          weekly on Fri at 02:00     | Pacific/Apia         | 2011-12-24T00:00Z | 2011-12-30T10:00Z 2012-01-05T12:00Z
          monthly on 30 at 02:00     | Pacific/Apia         | 2011-12-24T00:00Z | 2011-12-30T10:00Z 2012-01-29T12:00Z
          cron */30 2 * * fri        | Pacific/Apia         | 2011-12-24T00:00Z | 2011-12-30T10:00Z 2012-01-05T12:00Z
          hourly at :00              | Pacific/Apia         | 2011-12-30T08:00Z | 2011-12-30T09:00Z 2011-12-30T10:00Z 2011-12-30T11:00Z
          # Casablanca, 2025: 02:00 to 03:00 comes twice on 23 February, and is missing on 6 April
          daily at 02:30             | Africa/Casablanca    | 2025-02-22T12:00Z | 2025-02-23T01:30Z 2025-02-24T02:30Z
          daily at 02:30             | Africa/Casablanca    | 2025-04-05T12:00Z | 2025-04-06T02:00Z 2025-04-07T01:30Z
          hourly at :30              | Africa/Casablanca    | 2025-02-23T00:45Z | 2025-02-23T01:30Z 2025-02-23T02:30Z 2025-02-23T03:30Z
          # Cairo, 25 April 2025: the day begins at 01:00, at 22:00Z the day before
          daily at 00:00             | Africa/Cairo         | 2025-04-24T00:00Z | 2025-04-24T22:00Z 2025-04-25T21:00Z
          cron 0 */6 * * *           | Africa/Cairo         | 2025-04-24T12:00Z | 2025-04-24T16:00Z 2025-04-25T03:00Z 2025-04-25T09:00Z
          # St John's, 7 November 2010: at 00:01 it was 23:01 on the day before once more, at 02:31Z
          daily at 00:00             | America/St_Johns     | 2010-11-06T12:00Z | 2010-11-07T02:30Z 2010-11-08T03:30Z
          daily at 23:30             | America/St_Johns     | 2010-11-06T12:00Z | 2010-11-07T02:00Z 2010-11-08T03:00Z
          cron */30 * * * *          | America/St_Johns     | 2010-11-07T01:45Z | 2010-11-07T02:00Z 2010-11-07T02:30Z 2010-11-07T03:00Z 2010-11-07T03:30Z 2010-11-07T04:00Z
          """)
  void slotsAreThese(String frequency, String zone, String after, String expected) {
    Schedule schedule = Schedule.of(Frequency.parse(frequency), ZoneId.of(zone));
    List<Instant> wanted =
        Arrays.stream(expected.split(" ")).map(GapsAndOverlapsTest::utc).toList();
    Instant start = utc(after);
    assertThat(schedule.slots(start, wanted.getLast(), 100)).isEqualTo(wanted);
    assertThat(schedule.count(start, wanted.getLast())).isEqualTo(wanted.size());
    assertThat(schedule.last(start, wanted.getLast())).contains(wanted.getLast());
    assertThat(schedule.last(start, wanted.getLast().minusNanos(1)))
        .isEqualTo(wanted.reversed().stream().skip(1).findFirst());
    assertThat(schedule.next(wanted.getFirst().minusNanos(1))).contains(wanted.getFirst());
  }

  private static Instant utc(String text) {
    return OffsetDateTime.parse(text).toInstant();
  }

  @Test
  void aListIsAsLongAsAskedForAndBeginsStrictlyAfter() {
    Schedule schedule = Schedule.parse("hourly at :00", ZoneId.of("UTC"));
    Instant ten = Instant.parse("2026-01-01T10:00:00Z");
    Instant eleven = Instant.parse("2026-01-01T11:00:00Z");
    assertThat(schedule.slots(ten, ten.plus(Duration.ofDays(9)), 1)).containsExactly(eleven);
    assertThat(schedule.slots(ten, eleven, 9)).containsExactly(eleven);
    assertThat(schedule.slots(ten, eleven.minusNanos(1), 9)).isEmpty();
    assertThat(schedule.slots(ten, eleven, 0)).isEmpty();
    assertThat(schedule.slots(eleven, ten, 9)).isEmpty();
    assertThat(schedule.count(eleven, ten)).isZero();
    assertThat(schedule.last(eleven, ten)).isEmpty();
  }

  @Test
  void whatIsDisabledNeverComes() {
    Schedule schedule = Schedule.of(new Frequency.Disabled(), ZoneId.of("Europe/Berlin"));
    assertThat(schedule.next(Instant.EPOCH)).isEmpty();
    assertThat(schedule.slots(Instant.MIN, Instant.MAX, 9)).isEmpty();
    assertThat(schedule.count(Instant.MIN, Instant.MAX)).isZero();
    assertThat(schedule.longestGap(Instant.EPOCH)).isEmpty();
  }

  @Test
  void slotsLieInTheYears1970To9999() {
    Schedule schedule = Schedule.parse("cron @yearly", ZoneId.of("UTC"));
    assertThat(schedule.next(Instant.MIN)).contains(Instant.EPOCH);
    assertThat(schedule.count(Instant.MIN, Instant.MAX)).isEqualTo(10_000 - 1970);
    assertThat(schedule.last(Instant.MIN, Instant.MAX))
        .contains(Instant.parse("9999-01-01T00:00:00Z"));
    assertThat(schedule.next(Instant.parse("9999-01-01T00:00:00Z"))).isEmpty();
    assertThat(schedule.next(Instant.MAX)).isEmpty();
    assertThat(schedule.longestGap(Instant.MAX)).isEmpty();
  }
}
