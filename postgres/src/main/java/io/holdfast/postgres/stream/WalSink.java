package io.holdfast.postgres.stream;

import io.holdfast.postgres.Lsn;
import java.io.IOException;

/// Takes streamed WAL.
public interface WalSink {
  /// Bytes that follow those of the call before; the array is a view, valid during the call. May
  /// block while storing lags.
  void wal(Lsn start, byte[] bytes, int offset, int length) throws IOException;

  /// Called about once a second, also when nothing arrives.
  void tick(ServerPosition server) throws IOException;

  /// Everything before this position is durable: this is what the server will be told. Called from
  /// another thread.
  Lsn durable();

  /// What the server said about itself last.
  ///
  /// @param end the end of the server's own WAL
  /// @param clockMicros its clock, in microseconds since 2000-01-01 UTC
  record ServerPosition(Lsn end, long clockMicros) {}
}
