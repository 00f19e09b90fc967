package io.holdfast.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TreePathsTest {
  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/..",
        "./a",
        "a\0",
        "\uD800",
        "a\uDC00b"
      })
  void pathsThatAreNotPlainAreRefused(String path) {
    assertThatThrownBy(() -> TreePaths.require(path)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a/b", "...", ".a", "a..", "a b", "ä/\uD83D\uDE00", "\\"})
  void plainPathsAreTaken(String path) {
    TreePaths.require(path);
  }

  @Test
  void theLimitCountsBytes() {
    TreePaths.require("ä".repeat(2048));
    assertThatThrownBy(() -> TreePaths.require("ä".repeat(2048) + "b"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void theOrderIsThatOfTheBytes(long seed) {
    SplittableRandom random = Seeds.random(seed);
    for (int i = 0; i < 5000; i++) {
      String a = text(random);
      String b = text(random);
      int bytes =
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
      assertThat(Integer.signum(TreePaths.compare(a, b))).isEqualTo(Integer.signum(bytes));
    }
  }

  private static String text(SplittableRandom random) {
    int[] alphabet = {'a', 'b', '/', 0xe4, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff};
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(5);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
    }
    return text.toString();
  }
}
