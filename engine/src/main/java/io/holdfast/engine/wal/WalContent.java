package io.holdfast.engine.wal;

import io.holdfast.repository.wal.WalConsumer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// What a WAL file holds, on its way piece by piece: a segment may have a gigabyte, and memory must
/// not depend on that.
@FunctionalInterface
public interface WalContent {
  /// Hands over all of it, in order. What came before a failure is worth nothing.
  void handTo(WalConsumer consumer) throws IOException;

  /// The content of a small file.
  static WalContent of(byte[] bytes) {
    return consumer -> consumer.accept(bytes, 0, bytes.length);
  }

  /// Writes all of it to where the channel stands.
  default void writeTo(FileChannel channel) throws IOException {
    handTo(
        (wal, offset, length) -> {
          int done = 0;
          while (done < length) {
            int step = Math.min(FileSteps.BYTES, length - done);
            done += channel.write(ByteBuffer.wrap(wal, offset + done, step));
          }
        });
  }
}
