package io.holdfast.repository.wal;

/// An object that holds WAL.
///
/// @param variant the range, and what follows it in the object's name: nothing, as a rule
/// @param bytes the size of the object
public record StoredWal(WalVariant variant, long bytes) {
  public WalRange range() {
    return variant.range();
  }

  /// Whether it is what its name says, not what is kept beside that.
  public boolean isPlain() {
    return variant.name().isEmpty();
  }

  long end() {
    return range().end();
  }
}
