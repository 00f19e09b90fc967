package io.holdfast.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class BoundedGunzipTest {
  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream packed = new GZIPOutputStream(out)) {
      packed.write(plain);
    }
    return out.toByteArray();
  }

  private static byte[] unpack(byte[] packed, BoundedGunzip.Limit limit) throws IOException {
    try (BoundedGunzip in = new BoundedGunzip(new ByteArrayInputStream(packed), limit)) {
      return in.readAllBytes();
    }
  }

  @Test
  void unpacksAllMembers() throws IOException {
    ByteArrayOutputStream two = new ByteArrayOutputStream();
    two.write(gzip("one ".getBytes(StandardCharsets.US_ASCII)));
    two.write(gzip("two".getBytes(StandardCharsets.US_ASCII)));
    assertThat(unpack(two.toByteArray(), BoundedGunzip.Limit.ofTotal(100)))
        .asString()
        .isEqualTo("one two");
  }

  /// Where a member ends where a piece that was read ends, nothing but another read can tell that
  /// one more follows.
  @Test
  void unpacksAMemberThatBeginsWithARead() throws IOException {
    SequenceInputStream pieces =
        new SequenceInputStream(
            new ByteArrayInputStream(gzip("one ".getBytes(StandardCharsets.US_ASCII))),
            new ByteArrayInputStream(gzip("two".getBytes(StandardCharsets.US_ASCII))));
    try (BoundedGunzip in = new BoundedGunzip(pieces, BoundedGunzip.Limit.ofTotal(100))) {
      assertThat(in.readAllBytes()).asString().isEqualTo("one two");
    }
  }

  @Test
  void stopsAtTheTotalAndAtTheRatio() throws IOException {
    byte[] packed = gzip(new byte[1 << 20]);
    assertThat(unpack(packed, BoundedGunzip.Limit.ofTotal(1 << 20))).hasSize(1 << 20);
    assertThatThrownBy(() -> unpack(packed, BoundedGunzip.Limit.ofTotal((1 << 20) - 1)))
        .hasMessageContaining("come out of its gzip");
    assertThatThrownBy(() -> unpack(packed, new BoundedGunzip.Limit(1 << 30, 100, 1000)))
        .hasMessageContaining("100 times");
  }

  @Test
  void damageAndTruncationAreSaid() throws IOException {
    byte[] packed = gzip(Seeds.entropy(1).bytes(5000));
    BoundedGunzip.Limit limit = BoundedGunzip.Limit.ofTotal(1 << 20);
    for (int length : new int[] {0, 5, 12, 3000, packed.length - 1}) {
      assertThatThrownBy(() -> unpack(Arrays.copyOf(packed, length), limit))
          .as(length + " bytes")
          .isInstanceOf(PortableFileException.class)
          .hasMessageContaining("gzip cannot be unpacked");
    }
    packed[2500] ^= 4;
    assertThatThrownBy(() -> unpack(packed, limit)).isInstanceOf(PortableFileException.class);
  }
}
