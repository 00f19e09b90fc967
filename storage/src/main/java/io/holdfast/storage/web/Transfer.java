package io.holdfast.storage.web;

import io.holdfast.storage.Pace;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// How far a request and its answer are, and how long they may still take. The client's threads
/// report, the thread that waits for the answer asks.
final class Transfer {
  /// What may lie in the buffers of this machine when all of a body has left the program.
  private static final int BUFFERED_BYTES_MAX = 4 << 20;

  private final WebTimeouts timeouts;
  private final Pace pace;
  private final long bodyBytes;
  private final long begin = System.nanoTime();
  private final AtomicLong moves = new AtomicLong();
  private final AtomicInteger held = new AtomicInteger();
  private final AtomicLong receivedBytes = new AtomicLong();
  private volatile long sentAfterNanos = -1;
  private volatile boolean isAnswered;

  Transfer(long bodyBytes, WebTimeouts timeouts, Pace pace) {
    this.bodyBytes = bodyBytes;
    this.timeouts = timeouts;
    this.pace = pace;
  }

  /// Returns when so many bytes of the request's body may leave.
  void awaitSend(int bytes) throws InterruptedIOException {
    held.incrementAndGet();
    try {
      pace.send(bytes);
    } finally {
      held.decrementAndGet();
      moves.incrementAndGet();
    }
  }

  /// All of the request's body has left.
  void sent() {
    sentAfterNanos = System.nanoTime() - begin;
    moves.incrementAndGet();
  }

  /// The head of the answer is there.
  void answered() {
    isAnswered = true;
    moves.incrementAndGet();
  }

  /// So many bytes of the answer came; returns when they may be taken.
  void received(int bytes) throws InterruptedIOException {
    receivedBytes.addAndGet(bytes);
    held.incrementAndGet();
    try {
      for (int done = 0; done < bytes; done += Pace.SLICE_BYTES_MAX) {
        pace.receive(Math.min(Pace.SLICE_BYTES_MAX, bytes - done));
      }
    } finally {
      held.decrementAndGet();
      moves.incrementAndGet();
    }
  }

  /// Goes up whenever something moves.
  long moves() {
    return moves.get();
  }

  /// Whether it is a limit of speed, not the network, that holds bytes back.
  boolean isHeld() {
    return held.get() > 0;
  }

  /// Whether the service may take its time: it has the whole body and works on it.
  boolean isServiceAtWork() {
    return bodyBytes > 0 && sentAfterNanos >= 0 && !isAnswered;
  }

  /// The time that is left, negative if it is over: the time for a request and the time that its
  /// body takes; from when the body has left, the time for a request and the time that the bytes of
  /// the answer take that came so far.
  long leftNanos() {
    long spent = System.nanoTime() - begin;
    long sentAfter = sentAfterNanos;
    if (bodyBytes > 0 && sentAfter < 0) {
      return limit(bodyBytes, pace.sentPerSecondMin(timeouts.bytesPerSecondMin())) - spent;
    }
    long buffered = nanos(Math.min(bodyBytes, BUFFERED_BYTES_MAX), timeouts.bytesPerSecondMin());
    return Math.max(0, sentAfter)
        + buffered
        + limit(receivedBytes.get(), pace.receivedPerSecondMin(timeouts.bytesPerSecondMin()))
        - spent;
  }

  private long limit(long bytes, long bytesPerSecond) {
    return timeouts.request().toNanos() + nanos(bytes, bytesPerSecond);
  }

  private static long nanos(long bytes, long bytesPerSecond) {
    return Duration.ofMillis(bytes * 1000 / bytesPerSecond).toNanos();
  }
}
