package io.holdfast.server.run;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.concurrent.Task;
import io.holdfast.server.work.Pulse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Works on the queue of runs: takes what may begin, holds what it took, ends what other nodes left
/// behind. One thread looks, each run has a thread of its own. A catalog that cannot be reached is
/// asked again at the next look.
///
/// Closing asks all runs to end, waits for them, and leaves them as failures that may pass.
public final class RunLoop implements AutoCloseable, Pulse {
  private static final Logger LOG = LoggerFactory.getLogger(RunLoop.class);

  private static final Duration STOP_LIMIT = Duration.ofMinutes(10);

  private static final Outcome STOPPED =
      new Outcome.Failed(
          new Failure(
              ErrorCode.RUN_ABANDONED.label(),
              "the server was stopped while it worked on this",
              "Nothing was damaged: what it had not published does not count.",
              Failure.Chance.MAY_HELP));

  private final RunStore store;
  private final RunWork work;
  private final String node;
  private final RunLimits limits;
  private final Backoff backoff;
  private final InstantSource clock;
  private final Map<UUID, ActiveRun> active = new ConcurrentHashMap<>();
  private final Map<UUID, Task> tasks = new ConcurrentHashMap<>();
  private final Semaphore wakeUp = new Semaphore(0);
  private volatile Optional<Task> looking = Optional.empty();
  private final Pause pause;
  private final AtomicLong looks = new AtomicLong();
  private volatile long lastLookNanos;
  private volatile boolean closing;

  /// @param node the name of this node, unlike that of every other process
  /// @param time never jumps: what it says matters only by its distances
  public RunLoop(
      RunStore store,
      RunWork work,
      String node,
      RunLimits limits,
      Backoff backoff,
      InstantSource time,
      Pause pause) {
    this.store = store;
    this.work = work;
    this.node = node;
    this.limits = limits;
    this.backoff = backoff;
    this.clock = time;
    this.pause = pause;
  }

  public void start() {
    lastLookNanos = System.nanoTime();
    looking = Optional.of(Task.start("runs", this::look));
  }

  @Override
  public String name() {
    return "runs";
  }

  @Override
  public Duration every() {
    return limits.look();
  }

  @Override
  public Optional<Duration> sinceLastDone() {
    long last = lastLookNanos;
    return looking.map(_ -> Duration.ofNanos(System.nanoTime() - last));
  }

  /// Looks at the queue now.
  public void wake() {
    wakeUp.release();
  }

  private void look() {
    while (!closing || isWorking()) {
      try {
        step();
        lastLookNanos = System.nanoTime();
      } catch (RuntimeException | Error e) {
        // An Error too: without this thread nothing ever ends.
        LOG.warn("the catalog cannot be asked for work: {}", e.toString());
        active.values().forEach(run -> run.check(limits));
      }
      long _ = looks.incrementAndGet();
      try {
        boolean _ = wakeUp.tryAcquire(limits.look().toMillis(), TimeUnit.MILLISECONDS);
        int _ = wakeUp.drainPermits();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /// How often the queue was looked at.
  long looks() {
    return looks.get();
  }

  private boolean isWorking() {
    return active.values().stream().anyMatch(run -> !run.isLost());
  }

  /// One look: holds, cleans up, begins.
  private void step() {
    if (closing) {
      active.values().forEach(run -> run.stop(STOPPED));
    }
    hold();
    for (UUID ended : store.endAbandoned(backoff.after(1))) {
      LOG.warn("run {} was left behind by a node that went away", ended);
    }
    tasks.values().removeIf(task -> !task.isRunning());
    while (!closing && active.size() < limits.workers()) {
      Optional<Claim> next = store.claim(node, limits.lease());
      if (next.isEmpty()) {
        return;
      }
      begin(next.get());
    }
  }

  private void hold() {
    for (ActiveRun run : active.values()) {
      try {
        holdOne(run);
      } catch (RuntimeException e) {
        LOG.warn("run {} cannot be held now: {}", run.claim().run().id(), e.toString());
        run.check(limits);
      }
    }
  }

  /// A run that was lost is not held again, whatever the catalog would say: it ends there with its
  /// lease, and here its thread is asked to.
  private void holdOne(ActiveRun run) {
    UUID id = run.claim().run().id();
    if (run.isLost()) {
      Optional.ofNullable(tasks.get(id)).ifPresent(Task::interrupt);
      return;
    }
    switch (store.renew(run.claim(), run.progress(), limits.lease())) {
      case HELD -> run.wasHeld();
      case CANCEL_REQUESTED -> {
        run.wasHeld();
        run.stop(new Outcome.Cancelled());
      }
      case LOST -> run.lose();
    }
    if (!run.isLost()) {
      run.tell(lines -> store.log(id, lines));
    }
    run.check(limits);
    run.ignoredVerdict(limits).ifPresent(outcome -> giveUp(run, outcome));
  }

  /// A run that hangs ends in the catalog; its thread keeps a worker busy until it notices.
  private void giveUp(ActiveRun run, Outcome outcome) {
    UUID id = run.claim().run().id();
    LOG.error("run {} does not end although it was asked to; it is left alone", id);
    boolean _ = store.end(run.claim(), outcome, backoff.after(run.claim().run().attempt()));
    run.lose();
    Optional.ofNullable(tasks.get(id)).ifPresent(Task::interrupt);
  }

  private void begin(Claim claim) {
    ActiveRun run = new ActiveRun(claim, clock);
    UUID id = claim.run().id();
    active.put(id, run);
    try {
      tasks.put(id, Task.start("run-" + id, () -> workOn(run)));
    } catch (Throwable e) {
      // Its lease ends it.
      active.remove(id);
      throw e;
    }
  }

  private void workOn(ActiveRun run) {
    Outcome outcome = execute(run);
    try {
      end(run, run.verdict().filter(_ -> !isCompleted(outcome)).orElse(outcome));
    } finally {
      active.remove(run.claim().run().id());
      wake();
    }
  }

  /// What was published in spite of a wish to stop is there, and the run says so.
  private static boolean isCompleted(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Completed _ -> true;
      case Outcome.Failed _, Outcome.Cancelled _ -> false;
    };
  }

  private Outcome execute(ActiveRun run) {
    Run what = run.claim().run();
    try {
      return new Outcome.Completed(work.execute(what, run.watch()));
    } catch (BackupException e) {
      if (e.code() == ErrorCode.BUG) {
        LOG.error("run {} failed by a mistake of Holdfast", what.id(), e);
      }
      return new Outcome.Failed(Failure.of(e));
    } catch (RuntimeException | Error e) {
      LOG.error("run {} failed by a mistake of Holdfast", what.id(), e);
      return new Outcome.Failed(Failure.bug(e));
    }
  }

  /// Tries once, and on as long as the run is ours: an end that is not written down would be no
  /// end. What the catalog still takes counts, also where we held it for lost: nobody else ended
  /// it.
  private void end(ActiveRun run, Outcome outcome) {
    UUID id = run.claim().run().id();
    Duration pause = backoff.after(run.claim().run().attempt());
    do {
      try {
        run.tell(lines -> store.log(id, lines));
        if (!store.end(run.claim(), outcome, pause)) {
          LOG.warn("run {} was taken over before it ended here", id);
        }
        return;
      } catch (RuntimeException e) {
        LOG.warn("the end of run {} cannot be written yet: {}", id, e.toString());
        run.check(limits);
      }
    } while (!run.isLost() && await());
  }

  private boolean await() {
    try {
      pause.await(limits.look());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    closing = true;
    wake();
    try {
      if (looking.isPresent()) {
        boolean _ = looking.get().join(STOP_LIMIT);
      }
      for (Task task : tasks.values()) {
        boolean _ = task.join(limits.lease());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
