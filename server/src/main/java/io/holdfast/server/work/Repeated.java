package io.holdfast.server.work;

import io.holdfast.base.concurrent.Task;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Work that is done at the start and then again and again, in a thread of its own. What fails is
/// done again the next time. Closing waits for the work that goes on.
public final class Repeated implements AutoCloseable, Pulse {
  private static final Logger LOG = LoggerFactory.getLogger(Repeated.class);
  private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

  private final String name;
  private final Duration every;
  private final Runnable work;
  private final Semaphore wakeUp = new Semaphore(0);
  private volatile Optional<Task> repeating = Optional.empty();
  private volatile long lastDoneNanos;
  private volatile boolean closing;

  /// @param name of the work, for the log
  /// @param every the pause between
  public Repeated(String name, Duration every, Runnable work) {
    this.name = name;
    this.every = every;
    this.work = work;
  }

  public void start() {
    lastDoneNanos = System.nanoTime();
    repeating = Optional.of(Task.start(name, this::repeat));
  }

  private void repeat() {
    try {
      while (!closing) {
        once();
        boolean _ = wakeUp.tryAcquire(every.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Duration every() {
    return every;
  }

  @Override
  public Optional<Duration> sinceLastDone() {
    long done = lastDoneNanos;
    return repeating.map(_ -> Duration.ofNanos(System.nanoTime() - done));
  }

  private void once() {
    try {
      work.run();
      lastDoneNanos = System.nanoTime();
    } catch (RuntimeException | Error e) {
      LOG.warn("{} failed and is done again in {}: {}", name, every, e.toString());
    }
  }

  @Override
  public void close() {
    closing = true;
    wakeUp.release();
    try {
      if (repeating.isPresent()) {
        boolean _ = repeating.get().join(STOP_LIMIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
