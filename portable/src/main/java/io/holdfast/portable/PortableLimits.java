package io.holdfast.portable;

import io.holdfast.base.ByteSize;

/// How much of a file that may be hostile is held in memory at most.
///
/// @param entries of the tar; about 300 bytes and its name for each
/// @param manifestBytes its length; in memory it is a few times as long
/// @param rowBytes length of one row as JSON; in memory it is a few times as long
public record PortableLimits(int entries, long manifestBytes, int rowBytes) {
  public static final PortableLimits DEFAULT =
      new PortableLimits(200_000, 64 * ByteSize.MIB, (int) (256 * ByteSize.MIB));

  /// What a row can have at most in this format.
  static final int ROW_BYTES_MAX = (int) ByteSize.GIB;

  public PortableLimits {
    if (entries < 1 || manifestBytes < 1 || rowBytes < 1 || rowBytes > ROW_BYTES_MAX) {
      throw new IllegalArgumentException("limits must be positive, a row at most 1 GiB");
    }
  }
}
