package io.holdfast.postgres.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.Instant;
import java.time.ZoneId;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTimeTest {
  @ParameterizedTest
  @CsvSource({
    "2026-11-21 04:10:00+00, 2026-11-21T04:10:00Z",
    "2026-11-21 04:10:00.123456+00, 2026-11-21T04:10:00.123456Z",
    "2026-11-21T04:10:00Z, 2026-11-21T04:10:00Z",
    "2026-11-21t04:10:00.5z, 2026-11-21T04:10:00.500Z",
    "2026-11-21 04:10 UTC, 2026-11-21T04:10:00Z",
    "2026-11-21 04:10:00 -0330, 2026-11-21T07:40:00Z",
    "2026-11-21 04:10:00+05:30, 2026-11-20T22:40:00Z",
    "2026-11-21 05:10:00 Europe/Berlin, 2026-11-21T04:10:00Z",
    "2026-07-01 05:10:00 Europe/Berlin, 2026-07-01T03:10:00Z",
    "' 2026-11-21 04:10:00+00 ', 2026-11-21T04:10:00Z"
  })
  void readsTimesWithAZone(String text, Instant expected) {
    assertThat(TargetTime.parse(text)).isEqualTo(expected);
    // A zone in the text counts more than the one that was given.
    assertThat(TargetTime.parse(text, ZoneId.of("Asia/Tokyo"))).isEqualTo(expected);
  }

  @Test
  void aTimeWithoutZoneIsRefusedUnlessOneIsGiven() {
    assertFails("2026-11-21 04:10:00", ErrorCode.RECOVERY_TARGET_AMBIGUOUS, "names no time zone");
    assertThat(TargetTime.parse("2026-11-21 04:10:00", ZoneId.of("Asia/Tokyo")))
        .isEqualTo(Instant.parse("2026-11-20T19:10:00Z"));
  }

  @Test
  void theHourThatComesTwiceIsAmbiguousAndTheOneLeftOutIsWrong() {
    assertFails(
        "2026-10-25 02:30:00 Europe/Berlin", ErrorCode.RECOVERY_TARGET_AMBIGUOUS, "exists twice");
    assertThatThrownBy(() -> TargetTime.parse("2026-10-25 02:30:00 Europe/Berlin"))
        .asInstanceOf(InstanceOfAssertFactories.type(BackupException.class))
        .extracting(BackupException::hint)
        .asString()
        .contains("+02:00", "+01:00");
    assertFails("2026-03-29 02:30:00 Europe/Berlin", ErrorCode.BAD_ARGUMENT, "does not exist");
  }

  @ParameterizedTest
  @ValueSource(strings = {"CET", "EST", "IST", "Mars/Olympus", "+25", "+1"})
  void unknownZonesAreAmbiguous(String zone) {
    assertFails("2026-11-21 04:10:00 " + zone, ErrorCode.RECOVERY_TARGET_AMBIGUOUS, zone);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now",
        "yesterday",
        "2026-11-21",
        "2026-02-30 00:00:00+00",
        "2026-11-21 24:00:00+00",
        "2026-11-21 04:10:60+00",
        "2026-11-21 04:10:00.1234567+00",
        "21.11.2026 04:10:00+00",
        "2026-11-21 04:10:00+00 extra",
        "1763698200"
      })
  void otherTextsAreNoTimes(String text) {
    assertFails(text, ErrorCode.BAD_ARGUMENT, "");
  }

  private static void assertFails(String text, ErrorCode code, String message) {
    assertThatThrownBy(() -> TargetTime.parse(text))
        .hasMessageContaining(message)
        .asInstanceOf(InstanceOfAssertFactories.type(BackupException.class))
        .extracting(BackupException::code)
        .isEqualTo(code);
  }

  @Test
  void timelinesAreReadFromText() {
    assertThat(TargetTimeline.parse("latest")).isEqualTo(new TargetTimeline.Latest());
    assertThat(TargetTimeline.parse("Current")).isEqualTo(new TargetTimeline.Current());
    assertThat(TargetTimeline.parse("12")).isEqualTo(new TargetTimeline.Numbered(12));
    assertThat(TargetTimeline.parse("0xA")).isEqualTo(new TargetTimeline.Numbered(10));
    for (String text : new String[] {"", "0", "-1", "x", "0x", "99999999999"}) {
      assertThatThrownBy(() -> TargetTimeline.parse(text)).isInstanceOf(BackupException.class);
    }
  }
}
