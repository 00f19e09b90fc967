package io.holdfast.storage.web;

import io.holdfast.storage.ReadBuffers;
import java.io.ByteArrayOutputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/// Collects the body of an answer, at the pace that is allowed. The length is checked before memory
/// is set aside for it, and what is longer than wanted is not read.
final class ReadBody implements BodySubscriber<WebAnswer.Body> {
  private final Limit limit;
  private final Transfer transfer;
  private final ReadBuffers buffers;
  private final CompletableFuture<WebAnswer.Body> result = new CompletableFuture<>();
  private final long announced;
  private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
  private byte[] exact = new byte[0];
  private int exactDone;
  private boolean finished;
  private Flow.@Nullable Subscription subscription;

  /// @param announced the length that the answer says, -1 for none
  ReadBody(Limit limit, long announced, Transfer transfer, ReadBuffers buffers) {
    this.limit = limit;
    this.announced = announced;
    this.transfer = transfer;
    this.buffers = buffers;
  }

  /// What is wanted.
  sealed interface Limit {
    int bytesMax();

    /// The bytes of a blob, whose length must be announced.
    record Exact(int bytesMax) implements Limit {}

    /// A document.
    record UpTo(int bytesMax) implements Limit {}

    /// The beginning of what says why.
    record Beginning(int bytesMax) implements Limit {}
  }

  @Override
  public CompletionStage<WebAnswer.Body> getBody() {
    return result;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    switch (limit) {
      case Limit.Exact(int bytesMax) when announced > bytesMax ->
          stop(given, new WebAnswer.Body.TooLong(announced));
      case Limit.Exact _ when announced < 0 -> stop(given, new WebAnswer.Body.WithoutLength());
      case Limit.Exact _ -> {
        exact = buffers.take((int) announced);
        given.request(1);
      }
      case Limit.UpTo _, Limit.Beginning _ -> given.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> parts) {
    Flow.Subscription from = subscription;
    if (finished || from == null) {
      return;
    }
    try {
      for (ByteBuffer part : parts) {
        transfer.received(part.remaining());
        if (!take(part)) {
          return;
        }
      }
      from.request(1);
    } catch (InterruptedIOException e) {
      finished = true;
      from.cancel();
      result.completeExceptionally(e);
    }
  }

  /// False when no more is wanted.
  private boolean take(ByteBuffer part) {
    switch (limit) {
      case Limit.Exact _ -> {
        int count = Math.min(part.remaining(), exact.length - exactDone);
        part.get(exact, exactDone, count);
        exactDone += count;
      }
      case Limit.UpTo(int bytesMax) -> {
        if (part.remaining() > bytesMax - collected.size()) {
          return stopped(new WebAnswer.Body.TooLong((long) collected.size() + part.remaining()));
        }
        append(part, part.remaining());
      }
      case Limit.Beginning(int bytesMax) -> {
        append(part, Math.min(part.remaining(), bytesMax - collected.size()));
        if (collected.size() == bytesMax) {
          return stopped(new WebAnswer.Body.Whole(collected.toByteArray()));
        }
      }
    }
    return true;
  }

  private void append(ByteBuffer part, int count) {
    byte[] bytes = new byte[count];
    part.get(bytes);
    collected.write(bytes, 0, count);
  }

  private boolean stopped(WebAnswer.Body body) {
    if (subscription != null) {
      stop(subscription, body);
    }
    return false;
  }

  private void stop(Flow.Subscription from, WebAnswer.Body body) {
    finished = true;
    from.cancel();
    result.complete(body);
  }

  @Override
  public void onError(Throwable failure) {
    result.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    byte[] bytes =
        switch (limit) {
          case Limit.Exact _ -> exact;
          case Limit.UpTo _, Limit.Beginning _ -> collected.toByteArray();
        };
    if (limit instanceof Limit.Exact && exactDone < exact.length) {
      result.completeExceptionally(
          new java.io.EOFException(
              "the answer ended after " + exactDone + " of " + exact.length + " bytes"));
    } else {
      result.complete(new WebAnswer.Body.Whole(bytes));
    }
  }
}
