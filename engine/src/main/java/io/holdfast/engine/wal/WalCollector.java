package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.Invariant;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.postgres.Lsn;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Collects streamed WAL into cuts and has one worker store them. A cut ends at a segment's end, at
/// 16 MiB, or five seconds after its first byte came, so the repository is never further behind
/// than that; an idle server causes no cuts. Two buffers of 16 MiB go round: while one is stored
/// the other fills, and when both are full the sender has to wait.
///
/// [#accept], [#tick], [#flush] and [#close] belong to the receiving thread; [#durable] and
/// [#abandon] may be called by any.
public final class WalCollector implements AutoCloseable {
  static final int CUT_BYTES_MAX = WalRange.BYTES_MAX;
  static final Duration AGE_MAX = Duration.ofSeconds(4);
  private static final int BUFFERS = 2;

  /// Stores one cut durably before it returns.
  @FunctionalInterface
  public interface Store {
    void store(Lsn start, byte[] bytes, int length) throws IOException;
  }

  private static final class Cut {
    final byte[] bytes;
    Lsn start = new Lsn(0);
    int length;

    Cut(int capacity) {
      bytes = new byte[capacity];
    }
  }

  private final InstantSource clock;
  private final int cutBytes;
  private final Workers workers = Workers.platform("wal-store");
  private final BlockingQueue<Cut> free = new ArrayBlockingQueue<>(BUFFERS);
  private final BlockingQueue<Cut> full = new ArrayBlockingQueue<>(BUFFERS + 1);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicLong durable;
  private final Cut end = new Cut(0);
  private @Nullable Cut current;
  private Lsn next;
  private Instant firstByteAt = Instant.MAX;
  private boolean ended;
  private volatile boolean abandoned;

  /// @param start where the stream begins; bytes must follow one another from here
  public WalCollector(Lsn start, int segmentBytes, InstantSource clock, Store store) {
    this.clock = clock;
    this.next = start;
    this.durable = new AtomicLong(start.value());
    this.cutBytes = Math.min(CUT_BYTES_MAX, segmentBytes);
    for (int i = 0; i < BUFFERS; i++) {
      free.add(new Cut(cutBytes));
    }
    workers.start(() -> storeCuts(store));
  }

  /// Everything before this position is in the repository.
  public Lsn durable() {
    return new Lsn(durable.get());
  }

  /// Everything before this position was received.
  public Lsn received() {
    return next;
  }

  /// Takes WAL bytes; blocks while both buffers wait to be stored.
  public void accept(Lsn start, byte[] bytes, int offset, int length) throws IOException {
    if (!start.equals(next)) {
      throw new IOException("the server sent WAL at " + start + ", expected " + next);
    }
    int done = 0;
    while (done < length) {
      throwIfFailed();
      Cut cut = openCut();
      long toBoundary = cutBytes - Long.remainderUnsigned(next.value(), cutBytes);
      int step = (int) Math.min(Math.min(toBoundary, cut.bytes.length - cut.length), length - done);
      System.arraycopy(bytes, offset + done, cut.bytes, cut.length, step);
      cut.length += step;
      next = next.plus(step);
      done += step;
      if (step == toBoundary || cut.length == cut.bytes.length) {
        flush();
      }
    }
  }

  /// To be called about once a second: ends a cut that has become too old.
  public void tick() throws IOException {
    throwIfFailed();
    if (current != null && !clock.instant().isBefore(firstByteAt.plus(AGE_MAX))) {
      flush();
    }
  }

  /// Ends the current cut, if it holds anything, and hands it to the storing worker.
  public void flush() {
    Cut cut = current;
    if (cut == null || cut.length == 0) {
      return;
    }
    current = null;
    full.add(cut);
  }

  /// Flushes and waits until all received bytes are durable.
  public void drain() throws IOException {
    flush();
    finish();
    workers.join();
    throwIfFailed();
    Invariant.check(durable.get() == next.value(), "all received WAL is durable after draining");
  }

  private Cut openCut() throws IOException {
    if (current != null) {
      return current;
    }
    try {
      while (true) {
        Cut cut = free.poll(200, TimeUnit.MILLISECONDS);
        throwIfFailed();
        if (cut != null) {
          cut.start = next;
          cut.length = 0;
          firstByteAt = clock.instant();
          current = cut;
          return cut;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      var interrupted = new InterruptedIOException("interrupted while WAL waits to be stored");
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  private void storeCuts(Store store) throws InterruptedException {
    while (true) {
      Cut cut = full.take();
      if (cut.bytes.length == 0) {
        return;
      }
      if (failure.get() == null) {
        try {
          store.store(cut.start, cut.bytes, cut.length);
          durable.set(cut.start.plus(cut.length).value());
        } catch (IOException | RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        }
      }
      free.add(cut);
    }
  }

  private void throwIfFailed() throws IOException {
    switch (failure.get()) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IOException(e);
    }
  }

  private void finish() {
    if (!ended) {
      ended = true;
      full.add(end);
    }
  }

  /// Gives up, from any thread: what is not stored yet is lost, and whoever uses this gets
  /// `because`.
  public void abandon(BackupException because) {
    failure.compareAndSet(null, because);
    abandoned = true;
  }

  /// Stops without storing what the current cut holds; what was handed over is still stored.
  @Override
  public void close() {
    finish();
    try {
      if (!abandoned) {
        workers.join();
      }
    } catch (IOException _) {
      // The storing worker keeps its failures in `failure`; join only waits.
    }
    workers.close();
  }
}
