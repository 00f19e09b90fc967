package io.holdfast.base.concurrent;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Named threads that belong to one operation. *Confined* to the thread that made it. [#close]
/// waits for all of them, so nothing outlives the operation; [#join] hands out the first failure
/// with later ones suppressed.
public final class Workers implements AutoCloseable {
  private final ExecutorService threads;
  private final List<Future<?>> started = new ArrayList<>();

  private Workers(ExecutorService threads) {
    this.threads = threads;
  }

  /// Workers that mostly wait: one virtual thread each.
  public static Workers virtual(String name) {
    return new Workers(
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name + "-", 0).factory()));
  }

  /// Workers that mostly compute: one platform thread each.
  public static Workers platform(String name) {
    return new Workers(
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name(name + "-", 0).factory()));
  }

  /// Starts one more worker.
  public void start(Work work) {
    Callable<@Nullable Void> callable =
        () -> {
          work.run();
          return null;
        };
    started.add(threads.submit(callable));
  }

  /// Waits for all workers and throws the first failure.
  public void join() throws IOException {
    Throwable first = null;
    for (Future<?> future : started) {
      Throwable failure = outcome(future);
      if (first == null) {
        first = failure;
      } else if (failure != null && !failure.equals(first)) {
        first.addSuppressed(failure);
      }
    }
    started.clear();
    rethrow(first);
  }

  /// Asks workers that still run to stop, by interrupting them, and waits for them.
  @Override
  public void close() {
    for (Future<?> future : started) {
      future.cancel(true);
    }
    threads.close();
  }

  private static @Nullable Throwable outcome(Future<?> future) {
    try {
      future.get();
      return null;
    } catch (java.util.concurrent.ExecutionException e) {
      return e.getCause() == null ? e : e.getCause();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new InterruptedIOException("interrupted while waiting for workers");
    } catch (java.util.concurrent.CancellationException e) {
      return e;
    }
  }

  private static void rethrow(@Nullable Throwable failure) throws IOException {
    switch (failure) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IOException(failure);
    }
  }

  /// What a worker does.
  @FunctionalInterface
  public interface Work {
    void run() throws IOException, InterruptedException;
  }
}
