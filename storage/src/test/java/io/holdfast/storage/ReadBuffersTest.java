package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadBuffersTest {
  private static final int MIB = 1 << 20;

  private final ReadBuffers buffers = new ReadBuffers();

  @Test
  void anArrayOfTheSameLengthComesAgainAndOnlyOnce() {
    byte[] array = buffers.take(MIB);
    buffers.giveBack(array);
    assertThat(buffers.take(MIB - 1)).isNotSameAs(array).hasSize(MIB - 1);
    assertThat(buffers.take(MIB)).isSameAs(array);
    assertThat(buffers.take(MIB)).isNotSameAs(array).hasSize(MIB);
  }

  @Test
  void nothingIsSharedBeforeItIsGivenBack() {
    assertThat(buffers.take(MIB)).isNotSameAs(buffers.take(MIB));
  }

  @Test
  void noMoreThan16MebibytesAreKept() {
    byte[] oldest = new byte[MIB];
    buffers.giveBack(oldest);
    for (int i = 0; i < 15; i++) {
      buffers.giveBack(new byte[MIB]);
    }
    byte[] newest = new byte[MIB];
    buffers.giveBack(newest);
    assertThat(buffers.take(MIB)).isSameAs(newest);
    for (int i = 0; i < 16; i++) {
      assertThat(buffers.take(MIB)).isNotSameAs(oldest);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1_000, MIB - 1, MIB + 1, 17 * MIB})
  void whatNobodyAsksForAgainIsNotKept(int length) {
    byte[] array = new byte[length];
    buffers.giveBack(array);
    assertThat(buffers.take(length)).isNotSameAs(array).hasSize(length);
  }

  @Test
  void anArrayThatIsGivenBackTwiceIsRefused() {
    byte[] array = new byte[MIB];
    buffers.giveBack(array);
    assertThatThrownBy(() -> buffers.giveBack(array)).isInstanceOf(IllegalStateException.class);
  }
}
