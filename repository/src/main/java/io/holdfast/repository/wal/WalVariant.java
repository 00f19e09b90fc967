package io.holdfast.repository.wal;

/// Bytes kept beside others of the same range.
///
/// @param name the part of the object's name after the range
public record WalVariant(WalRange range, String name) {}
