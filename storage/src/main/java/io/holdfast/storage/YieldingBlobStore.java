package io.holdfast.storage;

import io.holdfast.base.concurrent.Pause;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Sends fewer requests when the store says that it has too much to do, and slowly more again.
///
/// The first refusal halves the rate of the last second; each further one halves it again, at most
/// once a second, down to one request in a second. Each second without a refusal adds
/// [#MORE_PER_SECOND]; above twice the rate at which the store had enough, nothing is limited any
/// more. It goes below [RetryingBlobStore], whose repetitions wait for their turn as well.
public final class YieldingBlobStore extends ForwardingBlobStore {
  /// What the rate grows by in a second: 2 requests per second.
  static final double MORE_PER_SECOND = 2;

  private static final double RATE_MIN = 1;
  private static final Duration HALVING = Duration.ofSeconds(1);

  private final InstantSource clock;
  private final Pause pause;
  private final ReentrantLock lock = new ReentrantLock();
  private final TokenBucket turns;
  private Instant windowBegan;
  private int inWindow;
  private double lastWindow;
  private boolean isLimited;
  private double rate;
  private double enough;
  private Instant halved;
  private Instant grown;

  public YieldingBlobStore(BlobStore inner, InstantSource clock, Pause pause) {
    super(inner);
    this.clock = clock;
    this.pause = pause;
    this.turns = new TokenBucket(RATE_MIN, 1, clock);
    this.windowBegan = clock.instant();
    this.halved = Instant.MIN;
    this.grown = windowBegan;
  }

  @Override
  public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
    return inTurn(() -> inner().putIfAbsent(key, data));
  }

  @Override
  public byte[] get(BlobKey key, int bytesMax) throws IOException {
    return inTurn(() -> inner().get(key, bytesMax));
  }

  @Override
  public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
    return inTurn(() -> inner().getRange(key, offset, length));
  }

  @Override
  public Optional<BlobStat> stat(BlobKey key) throws IOException {
    return inTurn(() -> inner().stat(key));
  }

  @Override
  public void list(String prefix, Consumer<BlobStat> each) throws IOException {
    inTurn(
        () -> {
          inner().list(prefix, each);
          return true;
        });
  }

  @Override
  public void names(String prefix, Consumer<String> each) throws IOException {
    inTurn(
        () -> {
          inner().names(prefix, each);
          return true;
        });
  }

  @Override
  public void delete(BlobKey key) throws IOException {
    inTurn(
        () -> {
          inner().delete(key);
          return true;
        });
  }

  private interface Request<T> {
    T send() throws IOException;
  }

  private <T> T inTurn(Request<T> request) throws IOException {
    Duration wait = turn();
    if (!wait.isZero()) {
      try {
        pause.await(wait);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        var interrupted = new InterruptedIOException("interrupted while the store had a rest");
        interrupted.initCause(e);
        throw interrupted;
      }
    }
    try {
      return request.send();
    } catch (StoreUnavailableException e) {
      if (e.isBusy()) {
        slowDown();
      }
      throw e;
    }
  }

  private Duration turn() {
    lock.lock();
    try {
      Instant now = clock.instant();
      if (Duration.between(windowBegan, now).compareTo(HALVING) >= 0) {
        lastWindow = inWindow;
        inWindow = 0;
        windowBegan = now;
      }
      inWindow++;
      grow(now);
      return isLimited ? turns.take(1) : Duration.ZERO;
    } finally {
      lock.unlock();
    }
  }

  private void grow(Instant now) {
    double seconds = Math.max(0, Duration.between(grown, now).toMillis() / 1e3);
    grown = now;
    if (isLimited) {
      rate += seconds * MORE_PER_SECOND;
      isLimited = rate < 2 * enough;
      turns.rate(rate);
    }
  }

  private void slowDown() {
    lock.lock();
    try {
      Instant now = clock.instant();
      if (halved.equals(Instant.MIN) || Duration.between(halved, now).compareTo(HALVING) >= 0) {
        halved = now;
        grown = now;
        enough = isLimited ? Math.max(enough, rate) : Math.max(lastWindow, inWindow);
        rate = Math.max(RATE_MIN, (isLimited ? rate : enough) / 2);
        isLimited = true;
        turns.rate(rate);
      }
    } finally {
      lock.unlock();
    }
  }
}
