package io.holdfast.base.concurrent;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Does jobs with several threads and hands out their results in the order of the jobs. Jobs and
/// results that wait for earlier ones fill a window of fixed size. *Confined*: one thread submits
/// and takes the results.
///
/// @param <J> a job
/// @param <R> what becomes of it
public final class OrderedCrew<J, R> implements AutoCloseable {
  private static final int LOOK_MILLIS = 200;

  private final Workers workers;
  private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();
  private final BlockingQueue<Slot<J, R>> jobs;
  private final Deque<Slot<J, R>> window = new ArrayDeque<>();
  private final Outlet<R> outlet;
  private final int windowMax;

  /// Does jobs, one after the other, on one thread.
  @FunctionalInterface
  public interface Hand<J, R> {
    R work(J job) throws IOException;
  }

  /// Makes what one thread works with, on that thread.
  @FunctionalInterface
  public interface Hiring<J, R> {
    Hand<J, R> hand() throws IOException;
  }

  /// Takes results on the thread that submits.
  @FunctionalInterface
  public interface Outlet<R> {
    void take(R result) throws IOException;
  }

  /// @param workers not started yet; closed with this
  public OrderedCrew(
      Workers workers, int threads, int windowMax, Hiring<J, R> hiring, Outlet<R> outlet) {
    this.workers = workers;
    this.windowMax = windowMax;
    this.jobs = new ArrayBlockingQueue<>(windowMax);
    this.outlet = outlet;
    for (int i = 0; i < threads; i++) {
      workers.start(() -> work(hiring));
    }
  }

  /// The place of one job in the order, filled by whoever does it; published by the latch.
  private static final class Slot<J, R> {
    private final J job;
    private final CountDownLatch filled = new CountDownLatch(1);
    private @Nullable R result;
    private @Nullable Throwable failure;

    Slot(J job) {
      this.job = job;
    }
  }

  /// Adds a job; hands out what is ready meanwhile.
  ///
  /// @throws IOException what a job, not always the first in the order, or the outlet failed with;
  ///   then nothing more can be done but to close
  public void submit(J job) throws IOException {
    failEarly();
    Slot<J, R> slot = new Slot<>(job);
    window.add(slot);
    jobs.add(slot);
    while (!window.isEmpty()
        && (window.size() >= windowMax || window.getFirst().filled.getCount() == 0)) {
      handOut(window.removeFirst());
    }
  }

  /// Waits for all jobs and hands out their results.
  public void finish() throws IOException {
    while (!window.isEmpty()) {
      handOut(window.removeFirst());
    }
  }

  private void handOut(Slot<J, R> slot) throws IOException {
    try {
      while (!slot.filled.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        failEarly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for workers");
    }
    R result = slot.result;
    if (result == null) {
      throw rethrown(slot.failure);
    }
    outlet.take(result);
  }

  /// A job that failed ends the work, also while earlier ones are still going on.
  private void failEarly() throws IOException {
    Throwable failure = firstFailure.get();
    if (failure != null) {
      throw rethrown(failure);
    }
  }

  private static IOException rethrown(@Nullable Throwable failure) throws IOException {
    return switch (failure) {
      case null -> new IOException("a job without a result");
      case IOException e -> e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> new IOException(failure);
    };
  }

  /// Runs until it is interrupted. A hand that cannot be hired fails every job that comes to it.
  private void work(Hiring<J, R> hiring) throws InterruptedException, IOException {
    Hand<J, R> hand = null;
    try {
      while (true) {
        Slot<J, R> slot = jobs.take();
        try {
          if (hand == null) {
            hand = hiring.hand();
          }
          slot.result = hand.work(slot.job);
        } catch (IOException | RuntimeException | Error e) {
          slot.failure = e;
          firstFailure.compareAndSet(null, e);
        }
        slot.filled.countDown();
      }
    } finally {
      if (hand instanceof AutoCloseable closeable) {
        close(closeable);
      }
    }
  }

  private static void close(AutoCloseable hand) throws IOException {
    try {
      hand.close();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  /// Ends the threads; jobs that nobody has begun are dropped.
  @Override
  public void close() {
    workers.close();
  }
}
