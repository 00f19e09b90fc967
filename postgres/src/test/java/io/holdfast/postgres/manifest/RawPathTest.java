package io.holdfast.postgres.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RawPathTest {
  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void anyBytesComeBack(long seed) {
    SplittableRandom random = Seeds.random(seed);
    for (int round = 0; round < 2000; round++) {
      byte[] bytes = new byte[random.nextInt(30)];
      random.nextBytes(bytes);
      assertThat(RawPath.encode(RawPath.decode(bytes))).isEqualTo(bytes);
    }
  }

  @Test
  void bytesThatAreNoTextAreShownAsNumbers() {
    String raw = RawPath.decode(new byte[] {'a', (byte) 0xfc, '/', (byte) 0xff});
    assertThat(RawPath.isText(raw)).isFalse();
    assertThat(RawPath.escaped(raw)).isEqualTo("a\\xfc/\\xff");
    assertThat(RawPath.isText("é😀")).isTrue();
    assertThat(RawPath.escaped("é😀")).isEqualTo("é😀");
  }

  @Test
  void textStaysText() {
    String text = "base/1/é😀\n";
    assertThat(RawPath.decode(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(text);
  }
}
