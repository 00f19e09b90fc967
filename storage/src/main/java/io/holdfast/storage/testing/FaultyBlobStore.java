package io.holdfast.storage.testing;

import io.holdfast.base.concurrent.Pause;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.StoreFullException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.TruncatedBlobException;
import io.holdfast.storage.WriteOutcomeUnknownException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// A store with seeded faults. Chances are per request; switches hold until they are turned back.
/// One seed gives one run only when requests come from one thread.
public final class FaultyBlobStore extends ForwardingBlobStore {
  private final SplittableRandom random;
  private final Faults faults;
  private final Pause pause;
  private final AtomicLong bytesLeft = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong injected = new AtomicLong();
  private volatile boolean unavailable;

  public FaultyBlobStore(BlobStore inner, long seed, Faults faults, Pause pause) {
    super(inner);
    this.random = new SplittableRandom(seed);
    this.faults = faults;
    this.pause = pause;
  }

  /// Chances, each between 0 and 1.
  ///
  /// @param unavailable nothing is done, `StoreUnavailableException`
  /// @param lostAnswer a put or removal is done, `WriteOutcomeUnknownException`
  /// @param truncatedRead `get` hands out a part of the blob as if it were all, `getRange` finds
  ///   the blob too short
  /// @param slow the request waits for `delay` first
  public record Faults(
      double unavailable, double lostAnswer, double truncatedRead, double slow, Duration delay) {
    public static final Faults NONE = new Faults(0, 0, 0, 0, Duration.ZERO);

    public Faults withUnavailable(double chance) {
      return new Faults(chance, lostAnswer, truncatedRead, slow, delay);
    }

    public Faults withLostAnswer(double chance) {
      return new Faults(unavailable, chance, truncatedRead, slow, delay);
    }

    public Faults withTruncatedRead(double chance) {
      return new Faults(unavailable, lostAnswer, chance, slow, delay);
    }

    public Faults withSlow(double chance, Duration longDelay) {
      return new Faults(unavailable, lostAnswer, truncatedRead, chance, longDelay);
    }
  }

  /// From now on every request fails.
  public void goDown() {
    unavailable = true;
  }

  /// Ends [#goDown].
  public void comeBack() {
    unavailable = false;
  }

  /// Takes this many more bytes and no more.
  public void fullAfter(long bytes) {
    bytesLeft.set(bytes);
  }

  /// Ends [#fullAfter].
  public void makeSpace() {
    bytesLeft.set(Long.MAX_VALUE);
  }

  /// How many faults came from chances so far.
  public long injected() {
    return injected.get();
  }

  @Override
  public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
    begin("put " + key);
    int bytes = data.remaining();
    if (bytesLeft.addAndGet(-bytes) < 0) {
      bytesLeft.addAndGet(bytes);
      throw new StoreFullException("injected: no space for " + bytes + " bytes");
    }
    PutResult result = super.putIfAbsent(key, data);
    if (result == PutResult.ALREADY_PRESENT) {
      bytesLeft.addAndGet(bytes);
    }
    loseAnswer("put " + key);
    return result;
  }

  @Override
  public byte[] get(BlobKey key, int bytesMax) throws IOException {
    begin("get " + key);
    byte[] bytes = super.get(key, bytesMax);
    return bytes.length > 0 && strikes(faults.truncatedRead())
        ? Arrays.copyOf(bytes, below(bytes.length))
        : bytes;
  }

  @Override
  public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
    begin("get " + key);
    byte[] bytes = super.getRange(key, offset, length);
    if (strikes(faults.truncatedRead())) {
      throw new TruncatedBlobException("injected: blob " + key + " is too short");
    }
    return bytes;
  }

  @Override
  public Optional<BlobStat> stat(BlobKey key) throws IOException {
    begin("stat " + key);
    return super.stat(key);
  }

  /// May break off after some keys.
  @Override
  public void list(String prefix, Consumer<BlobStat> each) throws IOException {
    begin("list " + prefix);
    if (strikes(faults.unavailable())) {
      breakOff(prefix, each);
    }
    super.list(prefix, each);
  }

  @Override
  public void names(String prefix, Consumer<String> each) throws IOException {
    begin("names " + prefix);
    super.names(prefix, each);
  }

  private void breakOff(String prefix, Consumer<BlobStat> each) throws IOException {
    var left = new AtomicLong(below(8));
    super.list(
        prefix,
        stat -> {
          if (left.getAndDecrement() > 0) {
            each.accept(stat);
          }
        });
    throw new StoreUnavailableException("injected: listing of '" + prefix + "' broke off");
  }

  @Override
  public void delete(BlobKey key) throws IOException {
    begin("delete " + key);
    super.delete(key);
    loseAnswer("delete " + key);
  }

  private void begin(String what) throws IOException {
    if (unavailable) {
      throw new StoreUnavailableException("injected: store is down: " + what);
    }
    if (strikes(faults.slow())) {
      try {
        pause.await(faults.delay());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        var interrupted = new InterruptedIOException("interrupted: " + what);
        interrupted.initCause(e);
        throw interrupted;
      }
    }
    if (strikes(faults.unavailable())) {
      throw new StoreUnavailableException("injected: unavailable: " + what);
    }
  }

  private void loseAnswer(String what) throws WriteOutcomeUnknownException {
    if (strikes(faults.lostAnswer())) {
      throw new WriteOutcomeUnknownException("injected: answer lost: " + what);
    }
  }

  private boolean strikes(double chance) {
    boolean hit;
    synchronized (random) {
      hit = random.nextDouble() < chance;
    }
    if (hit) {
      injected.incrementAndGet();
    }
    return hit;
  }

  private int below(int bound) {
    synchronized (random) {
      return random.nextInt(bound);
    }
  }
}
