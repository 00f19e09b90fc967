package io.holdfast.postgres.recovery;

/// Whether what a target names is still replayed.
public enum Inclusion {
  INCLUSIVE,
  EXCLUSIVE
}
