package io.holdfast.engine.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.postgres.dump.DumpedRelation;
import io.holdfast.postgres.dump.SequenceState;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.repository.CorruptRepositoryException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class DumpTocTest {
  private static final DumpToc TOC =
      new DumpToc(
          "UTF8",
          150018,
          "15.18",
          List.of(
              new DumpToc.Table(
                  new SqlName("app", "Ä, \"b\n"), List.of("a", "\"x, y\""), 3, 1_000_000, 1L << 40),
              new DumpToc.Table(new SqlName("app", "none"), List.of(), 1, 3, 3)),
          List.of(
              new DumpedRelation(
                  16384,
                  "r",
                  new SqlName("app", "none"),
                  List.of(new DumpedRelation.ObjectId(1259, 16390)),
                  List.of(new DumpedRelation.ForeignKey(4294967295L, 16384)))),
          List.of(
              new SequenceState(new SqlName("app", "s"), -5, true),
              new SequenceState(new SqlName("app", "t"), Long.MAX_VALUE, false)),
          List.of(new SqlName("app", "view")),
          1,
          17);

  /// What version 1 writes; see docs/format/dumps.md.
  private static final String GOLDEN =
      "0100045554463800024a02000531352e3138"
          + "00000002"
          + "00036170700007c3842c2022620a"
          + "00000002000161000622782c207922"
          + "0000000300000000000f42400000010000000000"
          + "000361707000046e6f6e65"
          + "00000000"
          + "0000000100000000000000030000000000000003"
          + "00000001"
          + "00004000000172"
          + "000361707000046e6f6e65"
          + "00000001000004eb00004006"
          + "00000001ffffffff00004000"
          + "00000002"
          + "0003617070000173fffffffffffffffb01"
          + "00036170700001747fffffffffffffff00"
          + "00000001000361707000"
          + "0476696577"
          + "000000010000000000000011";

  @Test
  void whatWasWrittenIsRead() {
    assertThat(DumpToc.decode(TOC.encode())).isEqualTo(TOC);
  }

  @Test
  void theBytesAreThoseOfTheSpecification() {
    assertThat(HexFormat.of().formatHex(TOC.encode())).isEqualTo(GOLDEN);
  }

  @Test
  void whatIsCutOffIsDamaged() {
    byte[] bytes = TOC.encode();
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> DumpToc.decode(cut)).isInstanceOf(CorruptRepositoryException.class);
    }
  }

  @Test
  void flippedBitsAreReadOrRefused() {
    byte[] bytes = TOC.encode();
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatCode(
              () -> {
                try {
                  DumpToc.decode(flipped);
                } catch (CorruptRepositoryException _) {
                  // refused
                }
              })
          .doesNotThrowAnyException();
    }
  }
}
