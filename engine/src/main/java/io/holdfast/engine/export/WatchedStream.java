package io.holdfast.engine.export;

import io.holdfast.engine.EngineContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Tells how far it was read, and stops where somebody asked for it.
final class WatchedStream extends FilterInputStream {
  private final EngineContext context;

  WatchedStream(InputStream in, EngineContext context) {
    super(in);
    this.context = context;
  }

  @Override
  public int read() throws IOException {
    byte[] single = new byte[1];
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    context.cancellation().throwIfRequested();
    int read = in.read(target, offset, length);
    context.progress().advance(Math.max(read, 0));
    return read;
  }
}
