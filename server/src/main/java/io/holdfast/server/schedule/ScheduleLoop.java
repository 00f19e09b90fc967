package io.holdfast.server.schedule;

import io.holdfast.base.concurrent.Task;
import io.holdfast.server.run.RunLoop;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks for schedules that are due, again and again. A catalog that cannot be reached is asked
/// again at the next look; what became due meanwhile is caught up then.
public final class ScheduleLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ScheduleLoop.class);
  private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

  private final Scheduler scheduler;
  private final RunLoop runs;
  private final Duration every;
  private final Semaphore stop = new Semaphore(0);
  private Optional<Task> looking = Optional.empty();

  public ScheduleLoop(Scheduler scheduler, RunLoop runs, Duration every) {
    this.scheduler = scheduler;
    this.runs = runs;
    this.every = every;
  }

  public void start() {
    looking = Optional.of(Task.start("schedules", this::look));
  }

  private void look() {
    try {
      do {
        lookOnce();
      } while (!stop.tryAcquire(every.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void lookOnce() {
    try {
      List<UUID> queued = scheduler.tickIfRunning();
      if (!queued.isEmpty()) {
        runs.wake();
      }
    } catch (RuntimeException e) {
      LOG.warn("the catalog cannot be asked for what is due: {}", e.toString());
    }
  }

  @Override
  public void close() {
    stop.release();
    try {
      if (looking.isPresent()) {
        boolean _ = looking.get().join(STOP_LIMIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
