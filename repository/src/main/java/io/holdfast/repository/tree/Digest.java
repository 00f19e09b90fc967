package io.holdfast.repository.tree;

import java.util.Arrays;
import java.util.HexFormat;

/// A small opaque value kept with a file, such as the checksum that the server's manifest gives.
/// Immutable.
public final class Digest {
  public static final int BYTES_MAX = 80;

  /// No value: zero bytes.
  public static final Digest NONE = new Digest(new byte[0]);

  private final byte[] bytes;

  private Digest(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Copies at most [#BYTES_MAX] bytes.
  public static Digest of(byte[] bytes) {
    if (bytes.length > BYTES_MAX) {
      throw new IllegalArgumentException(
          "a digest has at most " + BYTES_MAX + " bytes, not " + bytes.length);
    }
    return bytes.length == 0 ? NONE : new Digest(bytes.clone());
  }

  public byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digest that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
