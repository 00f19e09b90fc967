package io.holdfast.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTextTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final LocalTime TWO = LocalTime.of(2, 0);

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          hourly at :15                     | hourly at :15 in Europe/Berlin                  | every hour at :15 (Europe/Berlin)
          daily at 02:00                    | daily at 02:00 in Europe/Berlin                 | every day at 02:00 (Europe/Berlin)
          DAILY  At 2:05 IN UTC             | daily at 02:05 in UTC                           | every day at 02:05 (UTC)
          weekly on Sun at 02:00            | weekly on Sun at 02:00 in Europe/Berlin         | every Sunday at 02:00 (Europe/Berlin)
          weekly on wednesday at 23:59      | weekly on Wed at 23:59 in Europe/Berlin         | every Wednesday at 23:59 (Europe/Berlin)
          monthly on 1 at 01:00             | monthly on 1 at 01:00 in Europe/Berlin          | on day 1 of every month at 01:00 (Europe/Berlin)
          monthly on 30 at 01:00            | monthly on 30 at 01:00 in Europe/Berlin         | on day 30 of every month (the last day where it is shorter) at 01:00 (Europe/Berlin)
          monthly on 31 at 01:00            | monthly on last at 01:00 in Europe/Berlin       | on the last day of every month at 01:00 (Europe/Berlin)
          Monthly on Last at 01:00 in Asia/Tokyo | monthly on last at 01:00 in Asia/Tokyo     | on the last day of every month at 01:00 (Asia/Tokyo)
          cron 0 3 * * Mon-Fri              | cron 0 3 * * mon-fri in Europe/Berlin           | every Monday to Friday at 03:00 (Europe/Berlin)
          cron 0 3 * * * in UTC jitter 90s  | cron 0 3 * * * in UTC jitter 90s                | every day at 03:00 (UTC), up to 90s later
          @hourly                           | cron @hourly in Europe/Berlin                   | every hour at :00 (Europe/Berlin)
          cron @weekly jitter 120m          | cron @weekly in Europe/Berlin jitter 2h         | every Sunday at 00:00 (Europe/Berlin), up to 2h later
          disabled                          | disabled in Europe/Berlin                       | never (disabled)
          disabled in UTC                   | disabled in UTC                                 | never (disabled)
          """)
  void everyFormIsReadAndWritten(String text, String written, String words) {
    Schedule schedule = Schedule.parse(text, BERLIN);
    assertThat(schedule.text()).isEqualTo(written);
    assertThat(Schedule.parse(written, ZoneOffset.UTC)).isEqualTo(schedule);
    assertThat(Frequency.parse(schedule.frequency().text())).isEqualTo(schedule.frequency());
    assertThat(schedule.describe()).isEqualTo(words);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          ""                                | '' is no frequency                          | Write for example
          sometimes at 02:00                | 'sometimes' is no frequency                 | 'daily at 02:00'
          hourly                            | 'hourly' needs 'at', and nothing else       | 'hourly at :15'
          hourly at 15                      | '15' is no minute of an hour                | 'hourly at :15'
          hourly at :60                     | no hour has a minute 60                     | Give 0 to 59
          daily                             | 'daily' needs 'at', and nothing else        | 'daily at 02:00'
          daily on 02:00                    | 'daily' needs 'at', and nothing else        | 'daily at 02:00'
          daily at 24:00                    | '24:00' is no time of day                   | 'daily at 02:00'
          daily at 02:60                    | '02:60' is no time of day                   | 'daily at 02:00'
          daily at 2                        | '2' is no time of day                       | 'daily at 02:00'
          daily at 02:00:00                 | '02:00:00' is no time of day                | 'daily at 02:00'
          weekly at 02:00                   | 'weekly' needs 'on' and 'at'                | 'weekly on Sun at 02:00'
          weekly at 02:00 on Sun            | 'weekly' needs 'on' and 'at'                | 'weekly on Sun at 02:00'
          weekly on Sat,Sun at 02:00        | 'Sat,Sun' is no day of the week             | 'weekly on Sun at 02:00'
          monthly on 0 at 01:00             | no month has a day 0                        | 1 to 31 or 'last'
          monthly on 32 at 01:00            | no month has a day 32                       | 1 to 31 or 'last'
          monthly on first at 01:00         | 'first' is no day of a month                | 'monthly on last at 01:00'
          disabled at 02:00                 | 'disabled' stands alone                     | or 'disabled'
          cron                              | has no fields                               | Give five
          cron 0 3 * * * *                  | has 6 fields                                | Give five
          daily at 02:00 in                 | has 'in' where nothing or something else    | End with the zone
          daily at 02:00 jitter 5m in UTC   | has 'in UTC' where nothing                  | End with the zone and then the jitter
          daily at 02:00 in UTC in UTC      | has 'in UTC' where nothing                  | End with the zone
          daily at 02:00 in Berlin          | there is no time zone 'Berlin'              | for example Europe/Berlin or UTC
          daily at 02:00 in europe/berlin   | there is no time zone 'europe/berlin'       | Write Europe/Berlin.
          daily at 02:00 in +02:00          | there is no time zone '+02:00'              | for example Europe/Berlin or UTC
          daily at 02:00 jitter 5           | '5' is no length of time                    | 90s, 15m, 6h or 31d
          daily at 02:00 jitter 13h         | jitter 13h is too long for 'daily at 02:00' | Give at most 12h.
          hourly at :15 jitter 60m          | jitter 1h is too long for 'hourly at :15'   | Give less than 1h
          cron */5 * * * * jitter 5m        | jitter 5m is too long                       | Give less than 5m
          cron 0 0,23 * * * jitter 1h       | jitter 1h is too long                       | Give less than 1h
          """)
  void whatCannotBeReadIsNamed(String text, String message, String hint) {
    assertThatThrownBy(() -> Schedule.parse(text, BERLIN))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT);
              assertThat(e).hasMessageContaining(message);
              assertThat(e.hint()).contains(hint);
            });
  }

  @Test
  void valuesThatNoTextHasAreRefused() {
    assertThatThrownBy(() -> new Frequency.Daily(LocalTime.of(2, 0, 1)))
        .isInstanceOf(BackupException.class)
        .hasMessage("the time of day 02:00:01 has seconds");
    assertThatThrownBy(() -> new Frequency.Weekly(DayOfWeek.SUNDAY, TWO.plusNanos(1)))
        .isInstanceOf(BackupException.class);
    assertThatThrownBy(() -> Schedule.of(new Frequency.Daily(TWO), ZoneOffset.ofHours(2)))
        .isInstanceOf(BackupException.class)
        .hasMessage("there is no time zone '+02:00'");
    assertThatThrownBy(() -> new Schedule(new Frequency.Daily(TWO), BERLIN, Duration.ofMillis(1)))
        .isInstanceOf(BackupException.class)
        .hasMessage("jitter PT0.001S is no number of whole seconds");
    assertThatThrownBy(() -> new Schedule(new Frequency.Daily(TWO), BERLIN, Duration.ofHours(-1)))
        .isInstanceOf(BackupException.class);
    assertThatThrownBy(() -> Schedule.parse("daily ".repeat(100), BERLIN))
        .isInstanceOf(BackupException.class)
        .hasMessage("the schedule has 600 characters");
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          * * * * *                | every minute
          */15 * * * *             | every 15 minutes
          */15 * * * sat,sun       | every 15 minutes, every Saturday and Sunday
          5 * * * *                | every hour at :05
          5 */6 * * *              | every 6 hours from 00:05
          30 9-17 * * 1-5          | every hour from 09:30 to 17:30, every Monday to Friday
          0 3,9,15 * * *           | every day at 03:00, 09:00 and 15:00
          0,30 2 * * *             | every day at 02:00 and 02:30
          0 3 * * fri-sun          | every Friday to Sunday at 03:00
          0 3 * * 0,2              | every Tuesday and Sunday at 03:00
          0 3 * jan,jul *          | every day in January and July at 03:00
          0 3 1 * *                | on day 1 of every month at 03:00
          0 3 1,15 2 *             | on days 1 and 15 of February at 03:00
          0 3 L * *                | on the last day of every month at 03:00
          0 3 13 * 5               | on day 13 of every month and also every Friday at 03:00
          0 */24 * * *             | every day at 00:00
          */7 * * * *              | cron */7 * * * *
          */15 3 * * *             | every day at 03:00, 03:15, 03:30 and 03:45
          * 3 * * *                | cron * 3 * * *
          0 3 */2 * mon            | cron 0 3 */2 * mon
          0 3 1,l * *              | cron 0 3 1,l * *
          0 1-9/3 * * *            | every day at 01:00, 04:00 and 07:00
          @yearly                  | on day 1 of January at 00:00
          """)
  void commonCronsAreSaidInWords(String cron, String words) {
    assertThat(Schedule.of(Cron.of(cron), BERLIN).describe()).isEqualTo(words + " (Europe/Berlin)");
  }

  @Test
  void remarksAreThoseOfTheCron() {
    assertThat(Schedule.parse("cron 0 0 13 * fri", BERLIN).remarks()).hasSize(1);
    assertThat(Schedule.parse("daily at 02:00", BERLIN).remarks()).isEmpty();
  }
}
