package io.holdfast.repository.tree;

import java.util.Arrays;

/// What a source knows of a file beyond the fields of [FileEntry], encoded by itself. Trees keep it
/// and never look into it. Immutable.
public final class Attributes {
  public static final int BYTES_MAX = 64 << 10;

  /// No attributes: zero bytes.
  public static final Attributes NONE = new Attributes(new byte[0]);

  private final byte[] bytes;

  private Attributes(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Copies at most [#BYTES_MAX] bytes.
  public static Attributes of(byte[] bytes) {
    if (bytes.length > BYTES_MAX) {
      throw new IllegalArgumentException(
          "attributes have at most " + BYTES_MAX + " bytes, not " + bytes.length);
    }
    return bytes.length == 0 ? NONE : new Attributes(bytes.clone());
  }

  public byte[] toBytes() {
    return bytes.clone();
  }

  public int length() {
    return bytes.length;
  }

  public boolean isEmpty() {
    return bytes.length == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Attributes that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return bytes.length + " bytes";
  }
}
