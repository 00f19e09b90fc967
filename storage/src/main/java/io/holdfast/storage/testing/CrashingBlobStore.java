package io.holdfast.storage.testing;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Counts requests and ends the process at a chosen one, before or after it took effect; from then
/// on every request ends the process again, so nothing that still runs can change the store.
///
/// A crash test runs once with [#counting], then once for each step and moment.
public final class CrashingBlobStore extends ForwardingBlobStore {
  private final long crashStep;
  private final Moment moment;
  private final AtomicLong steps = new AtomicLong();
  private volatile boolean crashed;

  /// `crashStep` counts from 1.
  public CrashingBlobStore(BlobStore inner, long crashStep, Moment moment) {
    super(inner);
    this.crashStep = crashStep;
    this.moment = moment;
  }

  /// Never crashes.
  public static CrashingBlobStore counting(BlobStore inner) {
    return new CrashingBlobStore(inner, Long.MAX_VALUE, Moment.BEFORE);
  }

  /// On which side of the request the process ends.
  public enum Moment {
    BEFORE,
    AFTER
  }

  /// How many requests began so far.
  public long steps() {
    return steps.get();
  }

  public boolean hasCrashed() {
    return crashed;
  }

  @Override
  public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
    return step("put " + key, () -> super.putIfAbsent(key, data));
  }

  @Override
  public byte[] get(BlobKey key, int bytesMax) throws IOException {
    return step("get " + key, () -> super.get(key, bytesMax));
  }

  @Override
  public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
    return step("get " + key, () -> super.getRange(key, offset, length));
  }

  @Override
  public Optional<BlobStat> stat(BlobKey key) throws IOException {
    return step("stat " + key, () -> super.stat(key));
  }

  @Override
  public void list(String prefix, Consumer<BlobStat> each) throws IOException {
    boolean _ =
        step(
            "list " + prefix,
            () -> {
              super.list(prefix, each);
              return true;
            });
  }

  @Override
  public void names(String prefix, Consumer<String> each) throws IOException {
    boolean _ =
        step(
            "names " + prefix,
            () -> {
              super.names(prefix, each);
              return true;
            });
  }

  @Override
  public void delete(BlobKey key) throws IOException {
    boolean _ =
        step(
            "delete " + key,
            () -> {
              super.delete(key);
              return true;
            });
  }

  private <T> T step(String what, Request<T> request) throws IOException {
    if (crashed) {
      throw new SimulatedCrash("request after the crash: " + what);
    }
    long number = steps.incrementAndGet();
    if (number == crashStep && moment == Moment.BEFORE) {
      crashed = true;
      throw new SimulatedCrash("before step " + number + ": " + what);
    }
    T result = request.send();
    if (number == crashStep) {
      crashed = true;
      throw new SimulatedCrash("after step " + number + ": " + what);
    }
    return result;
  }

  private interface Request<T> {
    T send() throws IOException;
  }
}
