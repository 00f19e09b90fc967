package io.holdfast.repository.wal;

/// An object that holds WAL.
///
/// @param variant the range, and what follows it in the object's name: nothing, as a rule
/// @param bytes the size of the object
public record StoredWal(WalVariant variant, long bytes) {
  long end() {
    return variant.range().end();
  }
}
