package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The buffer in which a pack grows.
class PackBuilderTest {
  private static final int TARGET = 32 << 20;
  private static final int FRAME = 300_000;

  private final PackBuilder pack = new PackBuilder(TARGET);
  private final byte[] frame = Seeds.entropy(1).bytes(FRAME);

  @Test
  void aSmallBackupGetsNoBufferForALargePack() {
    append(0);
    assertThat(pack.bytes().length).isLessThan(3 << 20);
  }

  @Test
  void whatIsInAPackStaysThereWhileItsBufferGrows() {
    int count = 0;
    while (pack.fits(FRAME)) {
      append(count++);
    }
    assertThat(count).isEqualTo(TARGET / FRAME);
    for (int i = 0; i < count; i++) {
      int at = PackFormat.HEADER_BYTES + i * FRAME;
      frame[0] = (byte) i;
      assertThat(Arrays.equals(pack.bytes(), at, at + FRAME, frame, 0, FRAME)).isTrue();
    }
    byte[] grown = pack.bytes();
    pack.reset();
    append(0);
    assertThat(pack.bytes()).isSameAs(grown);
  }

  @Test
  void aFrameThatIsLargerThanAPackGetsARoomOfItsOwn() {
    PackBuilder small = new PackBuilder(4 << 10);
    small.append(ChunkType.STREAM, id(0), frame, FRAME, FRAME, Optional.empty());
    assertThat(small.bytes().length).isGreaterThan(FRAME);
    assertThat(small.size()).isEqualTo(PackFormat.HEADER_BYTES + FRAME);
  }

  private void append(int number) {
    frame[0] = (byte) number;
    pack.append(ChunkType.STREAM, id(number), frame, FRAME, FRAME, Optional.empty());
  }

  private static ChunkId id(int number) {
    byte[] id = new byte[ChunkId.BYTES];
    id[0] = (byte) number;
    return ChunkId.copyOf(id, 0);
  }
}
