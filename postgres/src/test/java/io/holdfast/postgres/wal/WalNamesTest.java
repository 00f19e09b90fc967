package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.TimelineHistory.Ancestor;
import io.holdfast.postgres.wal.TimelineHistory.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WalNamesTest {
  // Size, position, name: what pg_walfile_name answers on clusters with these segment sizes.
  @ParameterizedTest
  @CsvSource({
    "16777216, 0/1000028, 000000010000000000000001",
    "16777216, 0/FF000000, 0000000100000000000000FF",
    "16777216, 1/0, 000000010000000100000000",
    "1048576, 0/FFFFFFFF, 000000010000000000000FFF",
    "1048576, A/0, 000000010000000A00000000",
    "1073741824, 0/C0000000, 000000010000000000000003",
    "1073741824, 2/40000000, 000000010000000200000001"
  })
  void segmentNamesFollowPositionAndSize(int size, String position, String name) {
    WalSegmentSize segments = new WalSegmentSize(size);
    WalSegmentName segment = WalSegmentName.of(1, Lsn.parse(position), segments);
    assertThat(segment).hasToString(name);
    assertThat(WalSegmentName.parse(name)).contains(segment);
    assertThat(segment.start(segments)).isEqualTo(segments.floor(Lsn.parse(position)));
    assertThat(segment.end(segments).minus(segment.start(segments))).isEqualTo(size);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00000001000000000000001",
        "0000000100000000000000011",
        "00000000000000000000000A",
        "800000000000000000000001",
        "00000001000000000000000a",
        "000000010000000000001000",
        "../../../../etc/passwd00",
        "00000001.histor",
        "00000001.history/",
        "000000010000000000000001.",
        "000000010000000000000001.backup",
        "000000010000000000000001.40000000.backup",
        "000000010000000000000001.0000028.backup",
        "000000010000000000000001.partial.partial",
        ""
      })
  void otherTextsAreNoFileNames(String text) {
    assertThat(WalFileName.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "000000020000000100000003",
        "000000020000000100000003.partial",
        "0000000A.history",
        "000000010000000000000001.00000028.backup"
      })
  void fileNamesReadBackAsTheyWere(String text) {
    assertThat(WalFileName.parse(text)).get().hasToString(text);
  }

  @Test
  void aNameMustFitTheSegmentSize() {
    WalSegmentName name = WalSegmentName.parse("000000010000000000000100").orElseThrow();
    assertThat(name.fits(WalSegmentSize.DEFAULT)).isFalse();
    assertThatThrownBy(() -> name.start(WalSegmentSize.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(name.fits(new WalSegmentSize(1 << 20))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1 << 19, 3 << 20, Integer.MIN_VALUE})
  void otherSegmentSizesAreRefused(int size) {
    assertThatThrownBy(() -> new WalSegmentSize(size)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void historyTellsAncestorsAndPaths() {
    TimelineHistory history =
        TimelineHistory.parse(
            5,
            """
            1\t0/3000148\tno recovery target specified

            # a comment
            2\t1/A0000000\tbefore 2026-01-01 00:00:00+00
            """);
    assertThat(history.ancestors())
        .containsExactly(
            new Ancestor(1, Lsn.parse("0/3000148"), "no recovery target specified"),
            new Ancestor(2, Lsn.parse("1/A0000000"), "before 2026-01-01 00:00:00+00"));
    assertThat(history.timelineAt(Lsn.parse("0/3000147"))).isEqualTo(1);
    assertThat(history.timelineAt(Lsn.parse("0/3000148"))).isEqualTo(2);
    assertThat(history.timelineAt(Lsn.parse("1/A0000000"))).isEqualTo(5);
    assertThat(history.contains(2)).isTrue();
    assertThat(history.contains(3)).isFalse();
    assertThat(history.parent()).hasValue(2);
    assertThat(history.pathFrom(2))
        .containsExactly(
            new Stage(2, Lsn.parse("0/3000148"), Lsn.parse("1/A0000000")),
            new Stage(5, Lsn.parse("1/A0000000"), TimelineHistory.END));
    assertThat(TimelineHistory.parse(5, history.format())).isEqualTo(history);
    assertThatThrownBy(() -> history.pathFrom(3)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\t0/1\tr",
        "1 \tr",
        "1\t0-1\tr",
        "5\t0/1\tr",
        "7\t0/1\tr",
        "0\t0/1\tr",
        "2\t0/1\tr\n2\t0/2\tr",
        "2\t0/1\tr\n1\t0/2\tr",
        "99999999999\t0/1\tr",
        "1\t0/123456789\tr"
      })
  void aMalformedHistoryIsRefused(String text) {
    assertThatThrownBy(() -> TimelineHistory.parse(5, text)).isInstanceOf(BackupException.class);
  }
}
