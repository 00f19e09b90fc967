package io.holdfast.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PathTextTest {
  static LongStream seeds() {
    return Seeds.stream();
  }

  @Test
  void plainNamesStayAsTheyAre() {
    assertThat(PathText.of("Grüße 😀.txt".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("Grüße 😀.txt");
  }

  @Test
  void aByteThatIsNoTextIsEscaped() {
    byte[] name = {'a', (byte) 0xff, 'b'};
    assertThat(PathText.of(name)).isEqualTo("a" + Character.toString(0x10ffff) + "b");
    assertThat(PathText.toBytes(PathText.of(name))).isEqualTo(name);
  }

  @Test
  void aNameThatLooksEscapedAlreadyComesBackToo() {
    byte[] name = Character.toString(0x10ff41).getBytes(StandardCharsets.UTF_8);
    assertThat(PathText.of(name).codePoints()).hasSize(4);
    assertThat(PathText.toBytes(PathText.of(name))).isEqualTo(name);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void anyNameComesBackAndIsUnicode(long seed) {
    SplittableRandom random = Seeds.random(seed);
    for (int i = 0; i < 5_000; i++) {
      byte[] name = new byte[random.nextInt(1, 12)];
      random.nextBytes(name);
      String text = PathText.of(name);
      assertThat(PathText.toBytes(text)).isEqualTo(name);
      assertThat(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
          .isEqualTo(text);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void theOrderIsThatOfTheBytes(long seed) {
    SplittableRandom random = Seeds.random(seed);
    for (int i = 0; i < 5_000; i++) {
      String a = text(random);
      String b = text(random);
      assertThat(Integer.signum(PathText.compare(a, b)))
          .isEqualTo(
              Integer.signum(
                  Arrays.compareUnsigned(
                      a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8))));
    }
  }

  private static String text(SplittableRandom random) {
    int[] characters = {'a', 'b', '/', 'ü', 0xfffd, 0x1f600, 0x10ff80};
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      text.appendCodePoint(characters[random.nextInt(characters.length)]);
    }
    return text.toString();
  }
}
