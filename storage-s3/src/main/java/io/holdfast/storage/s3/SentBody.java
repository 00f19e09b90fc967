package io.holdfast.storage.s3;

import io.holdfast.storage.Pace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.ContentStreamProvider;

/// The body of one put, which knows how much of it has left. A server stores nothing before it has
/// the last byte: while that one is here, a put that fails has not been done.
///
/// *Confined* to the thread that puts.
final class SentBody implements ContentStreamProvider {
  static final ExecutionAttribute<SentBody> ATTRIBUTE =
      new ExecutionAttribute<>("holdfast-sent-body");

  private final ByteBuffer data;
  private final Pace pace;
  private boolean transmitting;
  private boolean complete;

  SentBody(ByteBuffer data, Pace pace) {
    this.data = data.duplicate();
    this.pace = pace;
  }

  /// Whether the server may have the whole body.
  boolean isComplete() {
    return complete;
  }

  @Override
  public InputStream newStream() {
    ByteBuffer rest = data.duplicate();
    noteRest(rest);
    return new Rest(rest);
  }

  /// To be signed, bytes do not leave.
  private void awaitTurn(int bytes) throws IOException {
    if (transmitting) {
      pace.send(bytes);
    }
  }

  private void noteRest(ByteBuffer rest) {
    complete |= transmitting && !rest.hasRemaining();
  }

  /// Reads a buffer, without a copy of it.
  private final class Rest extends InputStream {
    private final ByteBuffer rest;

    Rest(ByteBuffer rest) {
      this.rest = rest;
    }

    @Override
    public int read() throws IOException {
      if (!rest.hasRemaining()) {
        return -1;
      }
      awaitTurn(1);
      int value = rest.get() & 0xff;
      noteRest(rest);
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (!rest.hasRemaining()) {
        return length == 0 ? 0 : -1;
      }
      int count = Math.min(Math.min(length, rest.remaining()), Pace.SLICE_BYTES_MAX);
      awaitTurn(count);
      rest.get(target, offset, count);
      noteRest(rest);
      return count;
    }

    @Override
    public int available() {
      return rest.remaining();
    }
  }

  /// Tells a body when it goes to the server. Before that it is read as well, to be signed.
  static final class Watch implements ExecutionInterceptor {
    @Override
    public void beforeTransmission(
        Context.BeforeTransmission context, ExecutionAttributes attributes) {
      SentBody body = attributes.getAttribute(ATTRIBUTE);
      if (body != null) {
        body.transmitting = true;
      }
    }
  }
}
