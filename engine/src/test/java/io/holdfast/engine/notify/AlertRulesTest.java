package io.holdfast.engine.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.engine.notify.Observation.Absent;
import io.holdfast.engine.notify.Observation.Present;
import io.holdfast.engine.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertRulesTest {
  private static final AlertRules RULES = new AlertRules(AlertLimits.DEFAULT);
  private static final Schedule DAILY = Schedule.parse("daily at 02:00", ZoneId.of("UTC"));
  private static final Schedule NEVER = Schedule.parse("disabled", ZoneId.of("UTC"));
  private static final Instant SUCCESS = Instant.parse("2026-11-20T02:10:00Z");

  private static List<Duration> minutes(Integer... minutes) {
    return Arrays.stream(minutes).map(Duration::ofMinutes).toList();
  }

  /// `+` for present, `-` for absent, and the event.
  private static List<String> signs(List<Observation> observations) {
    return observations.stream()
        .map(it -> (it instanceof Present ? "+" : "-") + it.event().word())
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-21T02:00:00Z, -",
    "2026-11-21T08:10:00Z, -",
    "2026-11-21T08:20:00Z, -",
    "2026-11-21T08:20:01Z, +",
    "2026-12-31T00:00:00Z, +"
  })
  void aSourceIsOverdueAfterAGapAndAQuarterAndTheUsualDuration(Instant now, String sign) {
    assertThat(signs(RULES.overdue("app", DAILY, Instant.EPOCH, SUCCESS, minutes(10, 9, 11), now)))
        .containsExactly("-never-succeeded", sign + "overdue");
  }

  @Test
  void aScheduleThatHasJustBegunAnewMakesNothingOverdue() {
    Instant now = Instant.parse("2026-12-24T12:00:00Z");
    assertThat(signs(RULES.overdue("app", DAILY, now.minusSeconds(60), SUCCESS, List.of(), now)))
        .containsExactly("-never-succeeded", "-overdue");
  }

  @Test
  void nothingIsExpectedOfADisabledSchedule() {
    Instant now = SUCCESS.plus(Duration.ofDays(1000));
    assertThat(RULES.overdue("app", NEVER, Instant.EPOCH, SUCCESS, List.of(), now).getLast())
        .isEqualTo(
            new Absent(
                Event.OVERDUE, "app", "The schedule is disabled, so no backup is expected."));
    assertThat(signs(RULES.neverSucceeded("app", NEVER, SUCCESS, now)))
        .containsExactly("-never-succeeded", "-overdue");
  }

  @ParameterizedTest
  @CsvSource({"2026-11-21T08:10:00Z, -", "2026-11-21T08:10:01Z, +"})
  void aSourceThatNeverSucceededIsToldWhenItsFirstBackupIsLate(Instant now, String sign) {
    assertThat(signs(RULES.neverSucceeded("app", DAILY, SUCCESS, now)))
        .containsExactly(sign + "never-succeeded", "-overdue");
  }

  @Test
  void theUsualDurationIsTheMedianOfTheLastTen() {
    assertThat(AlertRules.usualDuration(minutes(5, 600))).isEmpty();
    assertThat(AlertRules.usualDuration(minutes(5, 600, 6))).contains(Duration.ofMinutes(6));
    assertThat(AlertRules.usualDuration(minutes(4, 1, 3, 2))).contains(Duration.ofMinutes(3));
    List<Duration> last = Collections.nCopies(10, Duration.ofMinutes(7));
    List<Duration> older = Collections.nCopies(100, Duration.ofMinutes(1));
    assertThat(AlertRules.usualDuration(Stream.concat(last.stream(), older.stream()).toList()))
        .contains(Duration.ofMinutes(7));
  }

  @ParameterizedTest
  @CsvSource({
    "20, 20, 20, 60, false",
    "20, 20, 20, 61, true",
    "20, 20, 900, 61, true",
    "1, 1, 1, 10, false",
    "1, 1, 1, 11, true"
  })
  void aRunIsUnusualBeyondThreeTimesTheUsualAndTenMinutes(
      int first, int second, int third, int soFar, boolean isUnusual) {
    List<Observation> found =
        RULES.runGoesOn("app", "run", Duration.ofMinutes(soFar), minutes(first, second, third));

    assertThat(found).hasSize(isUnusual ? 1 : 0).allMatch(Present.class::isInstance);
  }

  @Test
  void nobodyKnowsWhatIsUnusualBeforeThereWereRuns() {
    assertThat(RULES.runGoesOn("app", "run", Duration.ofDays(3), minutes(1, 1))).isEmpty();
    assertThat(signs(RULES.runEnded("app", Duration.ofDays(3)))).containsExactly("-unusually-long");
  }

  @Test
  void aKeyIsOldAfterNinetyDays() {
    Instant made = Instant.parse("2026-01-01T00:00:00Z");
    Duration limit = Duration.ofDays(90);
    assertThat(signs(RULES.keyAge("main", made, made.plus(limit)))).containsExactly("-key-old");
    assertThat(signs(RULES.keyAge("main", made, made.plus(limit).plusSeconds(1))))
        .containsExactly("+key-old");
  }

  @ParameterizedTest
  @CsvSource({"74, -", "75, ''", "79, ''", "80, +", "100, +"})
  void storageIsToldAboveTheLimitAndOverOnlyWellBelow(long used, String sign) {
    assertThat(signs(RULES.storage("main", used, 100)))
        .isEqualTo(sign.isEmpty() ? List.of() : List.of(sign + "storage-above-threshold"));
  }

  @Test
  void storageWithoutALimitSaysNothing() {
    assertThat(RULES.storage("main", 100, 0)).isEmpty();
    assertThat(signs(RULES.storage("main", Long.MAX_VALUE / 2, Long.MAX_VALUE)))
        .containsExactly("-storage-above-threshold");
  }

  @ParameterizedTest
  @CsvSource({"450, -", "451, ''", "900, ''", "901, +"})
  void lagIsToldAboveTheLimitAndOverAtHalfOfIt(long seconds, String sign) {
    assertThat(signs(RULES.walLag("app", Duration.ofSeconds(seconds))))
        .isEqualTo(sign.isEmpty() ? List.of() : List.of(sign + "wal-lag"));
  }

  @Test
  void aGapIsTold() {
    assertThat(signs(RULES.walGaps("app", List.of()))).containsExactly("-wal-gap");
    assertThat(signs(RULES.walGaps("app", List.of("0/1 to 0/2")))).containsExactly("+wal-gap");
  }
}
