package io.holdfast.storage.s3;

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
  private boolean transmitting;
  private boolean complete;

  SentBody(ByteBuffer data) {
    this.data = data.duplicate();
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
    public int read() {
      if (!rest.hasRemaining()) {
        return -1;
      }
      int value = rest.get() & 0xff;
      noteRest(rest);
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (!rest.hasRemaining()) {
        return length == 0 ? 0 : -1;
      }
      int count = Math.min(length, rest.remaining());
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
