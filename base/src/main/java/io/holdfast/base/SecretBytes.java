package io.holdfast.base;

import java.util.Arrays;

/// Bytes that are never printed and are wiped when closed. Each place that reads them calls
/// [#expose], so all of them can be found. The array handed to the constructor belongs to the
/// secret from then on.
public final class SecretBytes implements AutoCloseable {
  private final byte[] bytes;

  public SecretBytes(byte[] owned) {
    this.bytes = owned;
  }

  /// The live array: do not keep it, do not change it.
  public byte[] expose() {
    return bytes;
  }

  public int length() {
    return bytes.length;
  }

  @Override
  public String toString() {
    return "SecretBytes[" + bytes.length + " bytes]";
  }

  @Override
  public void close() {
    Arrays.fill(bytes, (byte) 0);
  }
}
