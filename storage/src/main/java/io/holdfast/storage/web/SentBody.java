package io.holdfast.storage.web;

import io.holdfast.storage.Pace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/// The body of a request, which knows whether all of it has left, and leaves at the pace that is
/// allowed. It is read by one thread and asked by another.
final class SentBody extends InputStream {
  private final ByteBuffer rest;
  private final Transfer transfer;
  private volatile boolean complete;

  SentBody(ByteBuffer data, Transfer transfer) {
    this.rest = data;
    this.transfer = transfer;
    this.complete = !data.hasRemaining();
  }

  /// Whether the server may have the whole body.
  boolean isComplete() {
    return complete;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (!rest.hasRemaining()) {
      return length == 0 ? 0 : -1;
    }
    int count = Math.min(Math.min(length, rest.remaining()), Pace.SLICE_BYTES_MAX);
    transfer.awaitSend(count);
    rest.get(target, offset, count);
    if (!rest.hasRemaining()) {
      complete = true;
      transfer.sent();
    }
    return count;
  }
}
