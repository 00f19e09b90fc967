package io.holdfast.postgres.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.postgres.Lsn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackupLabelTest {
  private static final String TEXT =
      """
      START WAL LOCATION: 1/8F000028 (file 00000003000000010000008F)
      CHECKPOINT LOCATION: 1/8F000060
      BACKUP METHOD: streamed
      BACKUP FROM: standby
      START TIME: 2026-11-21 04:10:00 CET
      LABEL: nightly: all
      START TIMELINE: 3
      """;

  @Test
  void tellsWhereReplayStarts() {
    BackupLabel label = BackupLabel.parse(TEXT);
    assertThat(label.startLsn()).isEqualTo(Lsn.parse("1/8F000028"));
    assertThat(label.startSegment()).hasToString("00000003000000010000008F");
    assertThat(label.checkpointLsn()).isEqualTo(Lsn.parse("1/8F000060"));
    assertThat(label.timeline()).isEqualTo(3);
    assertThat(label.from()).isEqualTo("standby");
    assertThat(label.method()).isEqualTo("streamed");
    assertThat(label.startTime()).isEqualTo("2026-11-21 04:10:00 CET");
    assertThat(label.label()).isEqualTo("nightly: all");
    assertThat(label.incrementalFrom()).isEmpty();
    assertThat(BackupLabel.parse(TEXT + "INCREMENTAL FROM LSN: 1/50\n").incrementalFrom())
        .contains(Lsn.parse("1/50"));
  }

  @ParameterizedTest
  @CsvSource({
    "START WAL LOCATION, BEGIN",
    "CHECKPOINT LOCATION, CHECK",
    "1/8F000028, 1-8F000028",
    "1/8F000060, x/y",
    "(file 00000003000000010000008F), ''",
    "START TIMELINE: 3, START TIMELINE: 4",
    "START TIMELINE: 3, START TIMELINE: three"
  })
  void anythingElseIsRefused(String right, String wrong) {
    assertThatThrownBy(() -> BackupLabel.parse(TEXT.replace(right, wrong)))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("backup_label");
  }
}
