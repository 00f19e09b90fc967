package io.holdfast.storage;

import java.io.InterruptedIOException;

/// How fast bytes may go to a store and come from it. Stores ask while the bytes flow, slice by
/// slice, so that a large blob is no burst. All methods may be called from several threads.
public interface Pace {
  /// The largest number of bytes to ask for at once: 64 KiB.
  int SLICE_BYTES_MAX = 64 << 10;

  /// As fast as it goes.
  Pace FREE =
      new Pace() {
        @Override
        public void send(int bytes) {}

        @Override
        public void receive(int bytes) {}

        @Override
        public long sentPerSecondMin(long otherwise) {
          return otherwise;
        }

        @Override
        public long receivedPerSecondMin(long otherwise) {
          return otherwise;
        }
      };

  /// Returns when that many more bytes may leave.
  ///
  /// @param bytes at most [#SLICE_BYTES_MAX]
  void send(int bytes) throws InterruptedIOException;

  /// Returns when that many more bytes may be taken from the network.
  ///
  /// @param bytes at most [#SLICE_BYTES_MAX]
  void receive(int bytes) throws InterruptedIOException;

  /// How many bytes per second a transfer to a store moves at least, or it counts as standing
  /// still, where a store would say `otherwise`.
  long sentPerSecondMin(long otherwise);

  /// As [#sentPerSecondMin], for a transfer from a store.
  long receivedPerSecondMin(long otherwise);

  /// As [#sentPerSecondMin], for a transfer of either kind.
  default long bytesPerSecondMin(long otherwise) {
    return Math.min(sentPerSecondMin(otherwise), receivedPerSecondMin(otherwise));
  }
}
