package io.holdfast.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.files.FileFacts.Mark;
import io.holdfast.files.FileFacts.Region;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.FileStatus.Timestamp;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FileFactsTest {
  private static final FileFacts PLAIN =
      new FileFacts(
          Set.of(), 5, 7, new Timestamp(1000, 8), 42, 1000, 100, 0, 0, "", List.of(), List.of());

  private static final FileFacts FULL =
      new FileFacts(
          Set.of(Mark.CHANGED_WHILE_READ, Mark.RACY, Mark.SPARSE),
          1L << 40,
          999_999_999,
          new Timestamp(-5, 1),
          -1,
          -2,
          7,
          8,
          300,
          "a/ü",
          List.of(new Region(4096, 100), new Region(1 << 20, 1)),
          List.of(new ExtendedAttribute(new byte[] {'u', '.', 'k'}, new byte[] {0, 1})));

  static LongStream seeds() {
    return Seeds.stream();
  }

  /// The bytes of `docs/format/files.md`: what was written once stays readable.
  @Test
  void theBytesAreAsSpecified() {
    assertThat(HexFormat.of().formatHex(PLAIN.encode())).isEqualTo("01000507d00f082ae80764");
    assertThat(HexFormat.of().formatHex(FULL.encode()))
        .isEqualTo(
            "013f808080808020ff93ebdc030901ffffffffffffffffff01feffffff0f0704612fc3bc0280206"
                + "49cdf3f01"
                + "0103752e6b02000108ac02");
  }

  @Test
  void factsComeBack() {
    assertThat(FileFacts.decode(PLAIN.encode())).isEqualTo(PLAIN);
    assertThat(FileFacts.decode(FULL.encode())).isEqualTo(FULL);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whateverTheBytesAreItEndsOrIsRefused(long seed) {
    SplittableRandom random = Seeds.random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = FULL.encode();
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        FileFacts facts = FileFacts.decode(bytes);
        assertThat(FileFacts.decode(facts.encode())).isEqualTo(facts);
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }

  @Test
  void bytesTooManyAreRefused() {
    byte[] bytes = java.util.Arrays.copyOf(PLAIN.encode(), PLAIN.encode().length + 1);
    assertThatThrownBy(() -> FileFacts.decode(bytes)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anEntryIsUnchangedOnlyIfAllOfItsTimesAndItsInodeAre() {
    FileStatus status = status(5, 42, 7, 8);
    assertThat(PLAIN.isStillOf(status, 1000)).isTrue();
    assertThat(PLAIN.isStillOf(status(6, 42, 7, 8), 1000)).isFalse();
    assertThat(PLAIN.isStillOf(status(5, 43, 7, 8), 1000)).isFalse();
    assertThat(PLAIN.isStillOf(status(5, 42, 6, 8), 1000)).isFalse();
    assertThat(PLAIN.isStillOf(status(5, 42, 7, 9), 1000)).isFalse();
    assertThat(PLAIN.isStillOf(status, 1001)).isFalse();
    for (Mark mark : Set.of(Mark.RACY, Mark.CHANGED_WHILE_READ)) {
      FileFacts marked =
          new FileFacts(
              Set.of(mark),
              5,
              7,
              new Timestamp(1000, 8),
              42,
              1000,
              100,
              0,
              0,
              "",
              List.of(),
              List.of());
      assertThat(marked.isStillOf(status, 1000)).isFalse();
    }
  }

  private static FileStatus status(long size, long inode, int modifiedNanos, int changedNanos) {
    return new FileStatus(
        0100644,
        size,
        inode,
        1,
        1000,
        100,
        new Timestamp(1000, modifiedNanos),
        new Timestamp(1000, changedNanos),
        0,
        0,
        1,
        8);
  }
}
