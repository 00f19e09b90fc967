package io.holdfast.repository.wal;

import java.io.IOException;

/// Takes WAL in order, piece by piece.
@FunctionalInterface
public interface WalConsumer {
  /// @param wal holds the piece from `offset` on; to be left as it is, and not to be kept
  /// @param length at most [WalRange#BYTES_MAX]
  void accept(byte[] wal, int offset, int length) throws IOException;
}
