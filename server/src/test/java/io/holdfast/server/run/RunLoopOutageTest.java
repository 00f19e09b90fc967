package io.holdfast.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.postgres.testing.Eventually;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of runs while the catalog cannot be reached, and after that.
class RunLoopOutageTest {
  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final RunLimits LIMITS =
      new RunLimits(2, LEASE, Duration.ofMillis(5), Duration.ofMinutes(30), Duration.ofHours(1));
  private static final RunRequest FULL = new RunRequest.Physical(RunRequest.Physical.Type.FULL);

  private final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T02:00:00Z"));
  private final MemoryRunStore kept = new MemoryRunStore(clock);
  private final AtomicReference<Optional<Throwable>> outage =
      new AtomicReference<>(Optional.empty());
  private final CountDownLatch released = new CountDownLatch(1);
  private final CountDownLatch begun = new CountDownLatch(1);
  private final AtomicReference<RunLoop> loop = new AtomicReference<>();

  /// The store, which fails as long as there is an outage.
  private RunStore reachable() {
    return (RunStore)
        Proxy.newProxyInstance(
            RunStore.class.getClassLoader(),
            new Class<?>[] {RunStore.class},
            (_, method, arguments) -> {
              Optional<Throwable> failure = outage.get();
              if (failure.isPresent()) {
                throw failure.get();
              }
              try {
                return method.invoke(kept, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void start(RunWork work) {
    Entropy entropy = Seeds.entropy(1);
    RunLoop started =
        new RunLoop(reachable(), work, "node", LIMITS, new Backoff(entropy), clock, Pause.real());
    loop.set(started);
    started.start();
  }

  @AfterEach
  void close() {
    released.countDown();
    outage.set(Optional.empty());
    loop.get().close();
  }

  private UUID submit(int attempts) {
    return kept.submit(
            new NewRun(FULL, "erp", new Origin.Request("ada"), RunTerms.ofAttempts(attempts)))
        .orElseThrow();
  }

  private Run run(UUID id) {
    return kept.find(id).orElseThrow();
  }

  private void pass(Duration time) {
    Duration step = LEASE.dividedBy(4);
    for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(step)) {
      clock.advance(step);
      long looks = loop.get().looks();
      Eventually.await("two looks", () -> loop.get().looks() >= looks + 2);
    }
  }

  @Test
  void aRunThatAnOutageTookAwayEndsAndItsThreadIsAskedTo() {
    AtomicBoolean interrupted = new AtomicBoolean();
    start(
        (_, _) -> {
          begun.countDown();
          try {
            released.await();
          } catch (InterruptedException e) {
            interrupted.set(true);
          }
          return Map.of();
        });
    UUID id = submit(1);
    Eventually.await("it runs", () -> begun.getCount() == 0);
    outage.set(Optional.of(new IllegalStateException("the catalog is away")));
    pass(LEASE.multipliedBy(2));
    outage.set(Optional.empty());
    pass(LEASE.multipliedBy(2));
    assertThat(run(id).status()).isEqualTo(RunStatus.FAILED);
    assertThat(run(id).failure().orElseThrow().message()).contains("went away");
    Eventually.await("the thread is asked to end", interrupted::get);
    released.countDown();
    UUID next = submit(1);
    Eventually.await("the next one ends", () -> run(next).status().isEnd());
  }

  @Test
  void workThatEndsDuringAShortOutageCounts() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    start(
        (_, _) -> {
          begun.countDown();
          try {
            released.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          done.set(true);
          return Map.of("backup", "b1");
        });
    UUID id = submit(1);
    Eventually.await("it runs", () -> begun.getCount() == 0);
    outage.set(Optional.of(new IllegalStateException("the catalog is away")));
    released.countDown();
    Eventually.await("the work is done", done::get);
    pass(LEASE.dividedBy(2));
    outage.set(Optional.empty());
    Eventually.await("it ends", () -> run(id).status().isEnd());
    assertThat(run(id).status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(run(id).result()).isEqualTo(Map.of("backup", "b1"));
  }

  @Test
  void whatWasPublishedInSpiteOfAWishToStopIsCompleted() {
    start(
        (_, watch) -> {
          begun.countDown();
          while (!watch.cancellation().isRequested()) {
            Thread.onSpinWait();
          }
          return Map.of("backup", "b1");
        });
    UUID id = submit(1);
    Eventually.await("it runs", () -> begun.getCount() == 0);
    assertThat(kept.requestCancel(id)).isTrue();
    Eventually.await("it ends", () -> run(id).status().isEnd());
    assertThat(run(id).status()).isEqualTo(RunStatus.COMPLETED);
  }

  @Test
  void anErrorInALookDoesNotEndTheLooks() {
    start((_, _) -> Map.of());
    outage.set(Optional.of(new OutOfMemoryError("in a test")));
    pass(LEASE.dividedBy(4));
    outage.set(Optional.empty());
    UUID id = submit(1);
    Eventually.await("it ends", () -> run(id).status() == RunStatus.COMPLETED);
  }

  @Test
  void runsThatComputeDoNotKeepTheLoopFromLooking() {
    start(
        (_, watch) -> {
          while (released.getCount() > 0 && !watch.cancellation().isRequested()) {
            Thread.onSpinWait();
          }
          return Map.of();
        });
    UUID first = submit(1);
    assertThat(kept.submit(new NewRun(FULL, "shop", new Origin.Request("ada"), RunTerms.ONCE)))
        .isPresent();
    Eventually.await("it runs", () -> run(first).status() == RunStatus.RUNNING);
    long looks = loop.get().looks();
    Eventually.await("looks go on", () -> loop.get().looks() > looks + 10);
  }

  @Test
  void theNextTryWaits() {
    start(
        (_, _) -> {
          throw new io.holdfast.base.BackupException(
              io.holdfast.base.ErrorCode.SERVER_UNAVAILABLE, "gone", "look");
        });
    UUID id = submit(2);
    Eventually.await("it failed", () -> run(id).status() == RunStatus.FAILED);
    Run next = kept.list(RunFilter.ALL, 1, 0).getFirst();
    assertThat(next.attempt()).isEqualTo(2);
    assertThat(next.notBefore()).isAfter(clock.instant().plusSeconds(1));
  }
}
