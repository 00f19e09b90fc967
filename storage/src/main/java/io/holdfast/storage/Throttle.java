package io.holdfast.storage;

import io.holdfast.base.concurrent.Pause;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Limits how many bytes per second go to a store and come from it, over all transfers that share
/// it.
public final class Throttle implements Pace {
  /// The lowest limit: a slice of 64 KiB takes four seconds then.
  public static final long BYTES_PER_SECOND_MIN = 16 << 10;

  /// A transfer among many gets at least this part, or stands still.
  private static final int SHARERS = 64;

  private final @Nullable TokenBucket upload;
  private final @Nullable TokenBucket download;
  private final long uploadPerSecond;
  private final long downloadPerSecond;
  private final Pause pause;

  private Throttle(OptionalLong upload, OptionalLong download, InstantSource clock, Pause pause) {
    this.upload = bucket(upload, clock);
    this.download = bucket(download, clock);
    this.uploadPerSecond = upload.orElse(Long.MAX_VALUE);
    this.downloadPerSecond = download.orElse(Long.MAX_VALUE);
    this.pause = pause;
  }

  /// A pace of so many bytes per second each way; empty is no limit.
  public static Pace of(
      OptionalLong upload, OptionalLong download, InstantSource clock, Pause pause) {
    if (upload.isEmpty() && download.isEmpty()) {
      return FREE;
    }
    return new Throttle(upload, download, clock, pause);
  }

  private static @Nullable TokenBucket bucket(OptionalLong bytesPerSecond, InstantSource clock) {
    if (bytesPerSecond.isEmpty()) {
      return null;
    }
    long limit = bytesPerSecond.getAsLong();
    if (limit < BYTES_PER_SECOND_MIN) {
      throw new IllegalArgumentException("a limit of " + limit + " bytes per second is too low");
    }
    return new TokenBucket(limit, SLICE_BYTES_MAX, clock);
  }

  @Override
  public void send(int bytes) throws InterruptedIOException {
    await(upload, bytes);
  }

  @Override
  public void receive(int bytes) throws InterruptedIOException {
    await(download, bytes);
  }

  private void await(@Nullable TokenBucket bucket, int bytes) throws InterruptedIOException {
    if (bytes > SLICE_BYTES_MAX) {
      throw new IllegalArgumentException(bytes + " bytes are no slice");
    }
    Duration wait = bucket == null ? Duration.ZERO : bucket.take(bytes);
    if (wait.isZero()) {
      return;
    }
    try {
      pause.await(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      var interrupted = new InterruptedIOException("interrupted while a transfer was slowed down");
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  @Override
  public long sentPerSecondMin(long otherwise) {
    return Math.min(otherwise, uploadPerSecond / SHARERS);
  }

  @Override
  public long receivedPerSecondMin(long otherwise) {
    return Math.min(otherwise, downloadPerSecond / SHARERS);
  }
}
