package io.holdfast.repository;

import java.util.HexFormat;

/// The random identity of a repository, 16 bytes as hexadecimal digits. Part of what every sealed
/// object is bound to.
public record RepositoryId(String hex) {
  public RepositoryId {
    Hex16.require(hex, "an identifier");
  }

  public static RepositoryId of(byte[] bytes) {
    return new RepositoryId(HexFormat.of().formatHex(bytes));
  }

  public byte[] toBytes() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
