package io.holdfast.repository;

import io.holdfast.repository.crypto.CryptoKit;
import java.util.Arrays;
import java.util.HexFormat;

/// A SHA-256. Immutable.
public final class Digest {
  public static final int BYTES = 32;

  private final byte[] bytes;

  private Digest(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Takes over a fresh array of 32 bytes.
  public static Digest wrap(byte[] owned) {
    if (owned.length != BYTES) {
      throw new IllegalArgumentException("a digest has 32 bytes, not " + owned.length);
    }
    return new Digest(owned);
  }

  static Digest of(byte[] content) {
    return new Digest(CryptoKit.sha256(content, 0, content.length));
  }

  static Digest parse(String hex) {
    return wrap(HexFormat.of().parseHex(hex));
  }

  static Digest zero() {
    return new Digest(new byte[BYTES]);
  }

  public byte[] toBytes() {
    return bytes.clone();
  }

  /// 64 hexadecimal digits.
  public String hex() {
    return HexFormat.of().formatHex(bytes);
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
    return hex();
  }
}
