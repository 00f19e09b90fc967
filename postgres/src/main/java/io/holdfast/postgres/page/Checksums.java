package io.holdfast.postgres.page;

/// Whether the pages of a cluster carry checksums.
public enum Checksums {
  ON,
  OFF
}
