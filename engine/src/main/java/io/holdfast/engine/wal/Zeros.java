package io.holdfast.engine.wal;

import io.holdfast.repository.wal.WalConsumer;
import java.io.IOException;

/// The rest of a segment after the end of its WAL. They are written, not left out: the server
/// counts on the space of a segment that it has.
final class Zeros {
  private static final byte[] PIECE = new byte[64 << 10];

  private Zeros() {}

  static void handTo(WalConsumer consumer, long count) throws IOException {
    for (long left = count; left > 0; left -= PIECE.length) {
      consumer.accept(PIECE, 0, (int) Math.min(PIECE.length, left));
    }
  }
}
