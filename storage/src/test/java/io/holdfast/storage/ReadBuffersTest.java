package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
  void noMoreThan32MebibytesAreKept() {
    byte[] oldest = new byte[MIB];
    buffers.giveBack(oldest);
    for (int i = 0; i < 31; i++) {
      buffers.giveBack(new byte[MIB]);
    }
    byte[] newest = new byte[MIB];
    buffers.giveBack(newest);
    assertThat(buffers.take(MIB)).isSameAs(newest);
    for (int i = 0; i < 31; i++) {
      assertThat(buffers.take(MIB)).isNotSameAs(oldest);
    }
    assertThat(buffers.take(MIB)).isNotSameAs(oldest);
    buffers.giveBack(new byte[33 * MIB]);
    byte[] small = new byte[1000];
    buffers.giveBack(small);
    assertThat(buffers.take(1000)).isNotSameAs(small);
  }
}
