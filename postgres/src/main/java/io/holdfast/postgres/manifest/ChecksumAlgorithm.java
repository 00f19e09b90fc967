package io.holdfast.postgres.manifest;

import java.util.Optional;

/// How a manifest protects the contents of a file.
public enum ChecksumAlgorithm {
  NONE("NONE", "", 0),
  CRC32C("CRC32C", "", 4),
  SHA224("SHA224", "SHA-224", 28),
  SHA256("SHA256", "SHA-256", 32),
  SHA384("SHA384", "SHA-384", 48),
  SHA512("SHA512", "SHA-512", 64);

  private final String label;
  private final String javaName;
  private final int bytes;

  ChecksumAlgorithm(String label, String javaName, int bytes) {
    this.label = label;
    this.javaName = javaName;
    this.bytes = bytes;
  }

  /// The name PostgreSQL uses.
  public String label() {
    return label;
  }

  /// Length of a checksum in bytes.
  public int bytes() {
    return bytes;
  }

  String javaName() {
    return javaName;
  }

  /// The algorithm of that name, in any case.
  public static Optional<ChecksumAlgorithm> named(String name) {
    for (ChecksumAlgorithm algorithm : values()) {
      if (algorithm.label.equalsIgnoreCase(name)) {
        return Optional.of(algorithm);
      }
    }
    return Optional.empty();
  }
}
