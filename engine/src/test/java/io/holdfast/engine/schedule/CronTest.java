package io.holdfast.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What crons mean in a zone where nothing jumps. 1 January 2026 is a Thursday.
class CronTest {
  private static final ZoneId UTC = ZoneId.of("UTC");

  @ParameterizedTest(name = "{0} after {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          * * * * *              | 2026-01-01T00:00 | 2026-01-01T00:01 2026-01-01T00:02
          */15 * * * *           | 2026-01-01T00:50 | 2026-01-01T01:00 2026-01-01T01:15
          5-59/20 * * * *        | 2026-01-01T00:00 | 2026-01-01T00:05 2026-01-01T00:25 2026-01-01T00:45 2026-01-01T01:05
          10-20/5,50 3 * * *     | 2026-01-01T00:00 | 2026-01-01T03:10 2026-01-01T03:15 2026-01-01T03:20 2026-01-01T03:50
          0 3 * * mon-fri        | 2026-01-02T03:00 | 2026-01-05T03:00 2026-01-06T03:00
          0 3 * * MON,Wed        | 2026-01-01T00:00 | 2026-01-05T03:00 2026-01-07T03:00 2026-01-12T03:00
          0 3 * * 0              | 2026-01-01T00:00 | 2026-01-04T03:00 2026-01-11T03:00
          0 3 * * 7              | 2026-01-01T00:00 | 2026-01-04T03:00 2026-01-11T03:00
          0 3 * * 5-7            | 2026-01-01T00:00 | 2026-01-02T03:00 2026-01-03T03:00 2026-01-04T03:00 2026-01-09T03:00
          0 3 * * fri-sun        | 2026-01-01T00:00 | 2026-01-02T03:00 2026-01-03T03:00 2026-01-04T03:00 2026-01-09T03:00
          0 3 * * sun-tue        | 2026-01-01T00:00 | 2026-01-04T03:00 2026-01-05T03:00 2026-01-06T03:00 2026-01-11T03:00
          0 3 * * */2            | 2026-01-01T04:00 | 2026-01-03T03:00 2026-01-04T03:00 2026-01-06T03:00
          0 0 1 jan,Jul *        | 2026-01-01T00:00 | 2026-07-01T00:00 2027-01-01T00:00
          0 0 1 */3 *            | 2026-01-01T00:00 | 2026-04-01T00:00 2026-07-01T00:00 2026-10-01T00:00 2027-01-01T00:00
          0 0 31 * *             | 2026-01-31T00:00 | 2026-03-31T00:00 2026-05-31T00:00
          0 0 L * *              | 2026-01-31T00:00 | 2026-02-28T00:00 2026-03-31T00:00
          0 0 15,l * *           | 2028-02-01T00:00 | 2028-02-15T00:00 2028-02-29T00:00 2028-03-15T00:00
          0 0 29 2 *             | 2026-01-01T00:00 | 2028-02-29T00:00 2032-02-29T00:00
          0 0 29 2 *             | 2096-03-01T00:00 | 2104-02-29T00:00
          0 0 29 2 */7           | 2026-01-01T00:00 | 2032-02-29T00:00 2060-02-29T00:00 2088-02-29T00:00 2128-02-29T00:00
          0 0 13 * fri           | 2026-01-01T00:00 | 2026-01-02T00:00 2026-01-09T00:00 2026-01-13T00:00 2026-01-16T00:00
          0 0 30 2 mon           | 2026-01-01T00:00 | 2026-02-02T00:00 2026-02-09T00:00
          0 0 */10 * mon         | 2026-01-01T00:00 | 2026-05-11T00:00 2026-06-01T00:00 2026-08-31T00:00
          0 0 1 * *,1            | 2026-01-01T00:00 | 2026-02-01T00:00 2026-03-01T00:00
          @hourly                | 2026-01-01T00:00 | 2026-01-01T01:00 2026-01-01T02:00
          @daily                 | 2026-01-01T00:00 | 2026-01-02T00:00 2026-01-03T00:00
          @midnight              | 2026-01-01T00:00 | 2026-01-02T00:00 2026-01-03T00:00
          @weekly                | 2026-01-01T00:00 | 2026-01-04T00:00 2026-01-11T00:00
          @Monthly               | 2026-01-01T00:00 | 2026-02-01T00:00 2026-03-01T00:00
          @yearly                | 2026-01-01T00:00 | 2027-01-01T00:00 2028-01-01T00:00
          @annually              | 2026-01-01T00:00 | 2027-01-01T00:00 2028-01-01T00:00
          """)
  void comesWhenItSays(String expression, LocalDateTime after, String expected) {
    List<Instant> wanted =
        Arrays.stream(expected.split(" "))
            .map(time -> LocalDateTime.parse(time).toInstant(ZoneOffset.UTC))
            .toList();
    Schedule schedule = Schedule.of(Cron.of(expression), UTC);
    Instant start = after.toInstant(ZoneOffset.UTC);
    assertThat(schedule.slots(start, wanted.getLast(), 100)).isEqualTo(wanted);
    assertThat(schedule.next(start)).contains(wanted.getFirst());
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          0 0 3 * * *     | has 6 fields                                      | There are no seconds
          0 0 3 * * * 26  | has 7 fields                                      | Give five
          0 3 * *         | has 4 fields                                      | Give five
          often           | has 1 field                                       | Give five
          ""              | has no fields                                     | Give five
          60 * * * *      | minute '60' of cron '60 * * * *' is out of range  | Give 0 to 59.
          * 24 * * *      | hour '24' of cron                                 | Give 0 to 23.
          * * 0 * *       | day of month '0' of cron                          | Give 1 to 31, or L
          * * * 13 *      | month '13' of cron                                | Give 1 to 12, or jan to dec.
          * * * * 8       | day of week '8' of cron                           | 0 and 7 are Sunday
          * * * mon *     | month 'mon' of cron                               | jan to dec
          * * * * monday  | day of week 'monday'                              | sun to sat
          jan * * * *     | minute 'jan' of cron                              | Give 0 to 59
          -5 * * * *      | minute '-5' of cron                               | Give 0 to 59
          5- * * * *      | minute '5-' of cron                               | Give 0 to 59
          1,,2 * * * *    | minute '' of cron                                 | Give 0 to 59
          30-10 * * * *   | minute '30-10' of cron                            | Write two ranges, for example 30-59,0-10.
          * * * * fri-mon | day of week 'fri-mon' of cron                     | Write two ranges, for example 5-6,0-1.
          */0 * * * *     | minute '*/0' of cron                              | Give a step of 1 to 60
          */61 * * * *    | minute '*/61' of cron                             | Give a step of 1 to 60
          * */25 * * *    | hour '*/25' of cron                               | Give a step of 1 to 24
          */x * * * *     | minute '*/x' of cron                              | Give a step of 1 to 60
          1/2/3 * * * *   | minute '1/2/3' of cron                            | Give a step of 1 to 60
          5/15 * * * *    | minute '5/15' of cron                             | Write 5-59/15, or */15.
          0 0 ? * mon     | day of month '?' of cron                          | Write * instead.
          0 0 15W * *     | day of month '15W' of cron                        | L for the last day
          0 0 * * 5L      | day of week '5L' of cron                          | sun to sat
          0 0 * * mon#2   | day of week 'mon#2' of cron                       | sun to sat
          L * * * *       | minute 'L' of cron                                | Give 0 to 59
          0 0 30 2 *      | day of month '30' never comes in month '2'        | L for its last day
          0 0 31 apr,jun * | day of month '31' never comes in month 'apr,jun' | L for its last day
          @reboot         | cron has no name '@reboot'                        | Give @hourly
          @daily 3        | cron has no name '@daily 3'                       | or five fields
          """)
  void whatCannotBeReadIsNamed(String expression, String message, String hint) {
    assertThatThrownBy(() -> Cron.of(expression))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT);
              assertThat(e).hasMessageContaining(message);
              assertThat(e.hint()).contains(hint);
            });
  }

  @Test
  void anEndlessExpressionIsNotRead() {
    assertThatThrownBy(() -> Cron.of("0,".repeat(200) + "0 * * * *"))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("has 409 characters");
  }

  @ParameterizedTest(name = "{0} is an interval pattern: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          0 2 * * *          | false
          0,30 2,3,4 * * *   | false
          0 2-2 * * mon-fri  | false
          0 */24 * * *       | false
          */60 2 * * *       | false
          @daily             | false
          0 * * * *          | true
          * 2 * * *          | true
          */30 2 * * *       | true
          0 1-3 * * *        | true
          0 1,4-5 * * *      | true
          @hourly            | true
          """)
  void onlyWhatRepeatsIsAnIntervalPattern(String expression, boolean isInterval) {
    assertThat(Cron.of(expression).isInterval()).isEqualTo(isInterval);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0 0 13 * fri", "0 0 L * 1", "0 0 1-31 * mon", "0 0 1 * 0-6"})
  void eitherDayIsEnoughAndThatIsRemarked(String expression) {
    assertThat(Cron.of(expression).remarks())
        .singleElement()
        .asString()
        .contains("days that fit either of them, not only where both fit");
  }

  @Test
  void otherSurprisesAreRemarked() {
    assertThat(Cron.of("0 0 */2 * mon").remarks())
        .containsExactly(
            "It gives day of month '*/2' and day of week 'mon': both must fit, because one of them"
                + " begins with *.");
    assertThat(Cron.of("*/7 */5 * * *").remarks())
        .containsExactly(
            "Steps of 7 do not divide the 60 values of the field minute: they begin anew each"
                + " time.",
            "Steps of 5 do not divide the 24 values of the field hour: they begin anew each time.");
    assertThat(Cron.of("*/15 */6 * */2 mon-fri").remarks()).isEmpty();
    assertThat(Cron.of("10-40/7 0 1 * *").remarks()).isEmpty();
  }

  @Test
  void writtenAlikeIsEqual() {
    assertThat(Cron.of("  0  3 * *  MON-fri ")).isEqualTo(Cron.of("0 3 * * mon-fri"));
    assertThat(Cron.of("0 3 * * MON")).hasToString("cron 0 3 * * mon");
    assertThat(Cron.of("@daily")).isNotEqualTo(Cron.of("0 0 * * *"));
    assertThat(Cron.of("@DAILY").hashCode()).isEqualTo(Cron.of("@daily").hashCode());
  }
}
