package io.holdfast.repository;

import java.util.HexFormat;

/// A key domain: the keyed pseudonym of its name, 16 bytes as hexadecimal digits. A key domain: the
/// keyed pseudonym of its name, 16 bytes as hexadecimal digits.
public record DomainId(String hex) {
  public DomainId {
    Hex16.require(hex, "an identifier");
  }

  public static DomainId of(byte[] bytes) {
    return new DomainId(HexFormat.of().formatHex(bytes));
  }

  public byte[] toBytes() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
