package io.holdfast.storage.s3;

import io.holdfast.storage.NewObject;
import io.holdfast.storage.Pace;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
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

  private final NewObject.Body source;
  private final long bytes;
  private final Pace pace;
  private @Nullable Exception unreadable;
  private boolean transmitting;
  private boolean complete;

  /// @param source has that many bytes
  SentBody(NewObject.Body source, long bytes, Pace pace) {
    this.source = source;
    this.bytes = bytes;
    this.pace = pace;
  }

  /// A buffer, without a copy of it.
  SentBody(ByteBuffer data, Pace pace) {
    this(() -> new Buffered(data.duplicate()), data.remaining(), pace);
  }

  /// Whether the server may have the whole body.
  boolean isComplete() {
    return complete;
  }

  /// Throws why the bytes could not be read here, if that was it: the SDK wraps it.
  void requireReadable() throws IOException {
    switch (unreadable) {
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case null, default -> {}
    }
  }

  @Override
  public InputStream newStream() {
    try {
      Rest rest = new Rest(source.open());
      noteRest(bytes);
      return rest;
    } catch (IOException e) {
      unreadable = e;
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      unreadable = e;
      throw e;
    }
  }

  /// To be signed, bytes do not leave.
  private void awaitTurn(int count) throws IOException {
    if (transmitting) {
      pace.send(count);
    }
  }

  private void noteRest(long left) {
    complete |= transmitting && left == 0;
  }

  /// Hands out what is left.
  private final class Rest extends InputStream {
    private final InputStream in;
    private long left = bytes;

    Rest(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (left == 0 || length == 0) {
        return length == 0 ? 0 : -1;
      }
      int wanted = (int) Math.min(Math.min(length, left), Pace.SLICE_BYTES_MAX);
      awaitTurn(wanted);
      int count = readSource(target, offset, wanted);
      left -= count;
      noteRest(left);
      return count;
    }

    private int readSource(byte[] target, int offset, int wanted) throws IOException {
      try {
        int count = in.read(target, offset, wanted);
        if (count < 0) {
          throw new EOFException("the content ends " + left + " bytes too early");
        }
        return count;
      } catch (IOException | RuntimeException e) {
        unreadable = e;
        throw e;
      }
    }

    @Override
    public int available() {
      return (int) Math.min(left, Integer.MAX_VALUE);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  private static final class Buffered extends InputStream {
    private final ByteBuffer rest;

    Buffered(ByteBuffer rest) {
      this.rest = rest;
    }

    @Override
    public int read() {
      return rest.hasRemaining() ? rest.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (!rest.hasRemaining()) {
        return length == 0 ? 0 : -1;
      }
      int count = Math.min(length, rest.remaining());
      rest.get(target, offset, count);
      return count;
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
