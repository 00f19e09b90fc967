package io.holdfast.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.api.Watch;
import io.holdfast.postgres.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of runs when work ends, fails, hangs, is unwanted or loses its node. Time is the
/// test's; only the looks at the queue are real.
class RunLoopTest {
  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final RunLimits LIMITS =
      new RunLimits(2, LEASE, Duration.ofMillis(5), Duration.ofMinutes(30), Duration.ofHours(1));

  private final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T02:00:00Z"));
  private final MemoryRunStore store = new MemoryRunStore(clock);
  private final CountDownLatch released = new CountDownLatch(1);
  private RunLoop loop = loop((_, _) -> Map.of());

  @AfterEach
  void close() {
    released.countDown();
    loop.close();
  }

  private RunLoop loop(RunWork work) {
    Entropy entropy = Seeds.entropy(1);
    return new RunLoop(store, work, "node", LIMITS, new Backoff(entropy), clock, Pause.real());
  }

  private void start(RunWork work) {
    loop = loop(work);
    loop.start();
  }

  private UUID submit(String source, int attempts) {
    UUID id =
        store
            .submit(
                new NewRun(
                    new RunRequest.Physical(RunRequest.Physical.Type.FULL),
                    source,
                    new Origin.Request("ada"),
                    RunTerms.ofAttempts(attempts)))
            .orElseThrow();
    loop.wake();
    return id;
  }

  private Run run(UUID id) {
    return store.find(id).orElseThrow();
  }

  private void await(UUID id, RunStatus status) {
    Eventually.await(status.word(), () -> run(id).status() == status);
  }

  /// Work that goes on until it is asked to end.
  private static Map<String, Object> untilAsked(Watch watch) {
    while (true) {
      watch.cancellation().throwIfRequested();
      Thread.onSpinWait();
    }
  }

  @Test
  void workThatEndsCompletesItsRunWithWhatItAnswersAndTold() {
    start(
        (_, watch) -> {
          watch.progress().note("half of it is done");
          return Map.of("backup", "b1");
        });
    UUID id = submit("erp", 1);
    await(id, RunStatus.COMPLETED);
    assertThat(run(id).result()).isEqualTo(Map.of("backup", "b1"));
    assertThat(store.logOf(id, 10))
        .extracting(RunStore.LogLine::text)
        .containsExactly("half of it is done");
  }

  @Test
  void oneThatFailsDoesNotBlockOthersAndIsTriedAgain() {
    start(
        (run, _) -> {
          if (run.source().equals("bad")) {
            throw new BackupException(ErrorCode.SERVER_UNAVAILABLE, "gone", "look");
          }
          return Map.of();
        });
    UUID bad = submit("bad", 2);
    UUID good = submit("good", 1);
    await(good, RunStatus.COMPLETED);
    await(bad, RunStatus.FAILED);
    assertThat(run(bad).failure().orElseThrow().code()).isEqualTo("HF-2001");
    assertThat(store.count(RunFilter.ALL)).as("the next try waits").isEqualTo(3);
    clock.advance(Duration.ofMinutes(2));
    loop.wake();
    Eventually.await(
        "the second try failed",
        () ->
            store.list(RunFilter.ALL, 10, 0).stream()
                .anyMatch(run -> run.attempt() == 2 && run.status() == RunStatus.FAILED));
    assertThat(store.count(RunFilter.ALL)).as("and is the last").isEqualTo(3);
  }

  @Test
  void aMistakeOfOursEndsTheRunAndShowsNothingOfTheInside() {
    start(
        (_, _) -> {
          throw new IllegalStateException("inside: secret");
        });
    UUID id = submit("erp", 3);
    await(id, RunStatus.FAILED);
    assertThat(run(id).failure().orElseThrow().code()).isEqualTo("HF-9001");
    assertThat(run(id).failure().orElseThrow().message()).doesNotContain("secret");
    assertThat(store.count(RunFilter.ALL)).isEqualTo(1);
  }

  @Test
  void aRunThatIsNotWantedAnyMoreEndsAtItsNextSafePoint() {
    start((_, watch) -> untilAsked(watch));
    UUID id = submit("erp", 3);
    await(id, RunStatus.RUNNING);
    assertThat(store.requestCancel(id)).isTrue();
    await(id, RunStatus.CANCELLED);
  }

  @Test
  void aRunThatMakesNoProgressIsEnded() {
    start((_, watch) -> untilAsked(watch));
    UUID id = submit("erp", 1);
    await(id, RunStatus.RUNNING);
    pass(Duration.ofMinutes(31));
    await(id, RunStatus.FAILED);
    assertThat(run(id).failure().orElseThrow().code()).isEqualTo("HF-2014");
    assertThat(run(id).failure().orElseThrow().message()).contains("no progress");
  }

  @Test
  void aRunThatMovesIsNotEndedBeforeItsDeadline() {
    start(
        (_, watch) -> {
          while (true) {
            watch.cancellation().throwIfRequested();
            watch.progress().advance(1);
          }
        });
    UUID id = submit("erp", 1);
    await(id, RunStatus.RUNNING);
    pass(Duration.ofMinutes(55));
    assertThat(run(id).status()).isEqualTo(RunStatus.RUNNING);
    pass(Duration.ofMinutes(6));
    await(id, RunStatus.FAILED);
    assertThat(run(id).failure().orElseThrow().message()).contains("longer than 60 min");
  }

  @Test
  void aRunThatHangsEndsWithoutItsThread() {
    start(
        (_, _) -> {
          while (released.getCount() > 0) {
            Thread.onSpinWait();
          }
          return Map.of();
        });
    UUID id = submit("erp", 1);
    await(id, RunStatus.RUNNING);
    pass(Duration.ofMinutes(31));
    pass(LEASE.plusSeconds(1));
    await(id, RunStatus.FAILED);
    released.countDown();
    UUID next = submit("erp", 1);
    await(next, RunStatus.COMPLETED);
    assertThat(run(id).status())
        .as("who comes back late changes nothing")
        .isEqualTo(RunStatus.FAILED);
  }

  @Test
  void whatAnotherNodeLeftBehindIsEndedAndTriedAgainHere() {
    UUID id = submit("erp", 2);
    assertThat(store.claim("dead", LEASE)).isPresent();
    start((_, _) -> Map.of());
    clock.advance(LEASE.plusMillis(1));
    await(id, RunStatus.FAILED);
    clock.advance(Duration.ofHours(2));
    loop.wake();
    Eventually.await(
        "the second try",
        () ->
            store.list(RunFilter.ALL, 10, 0).stream()
                .anyMatch(run -> run.attempt() == 2 && run.status() == RunStatus.COMPLETED));
  }

  @Test
  void closingEndsWhatRunsAndLeavesItToTheNextTry() {
    start((_, watch) -> untilAsked(watch));
    UUID id = submit("erp", 2);
    await(id, RunStatus.RUNNING);
    loop.close();
    assertThat(run(id).status()).isEqualTo(RunStatus.FAILED);
    assertThat(run(id).failure().orElseThrow().message()).contains("stopped");
    assertThat(store.count(RunFilter.ALL)).isEqualTo(2);
  }

  /// Lets time pass in steps in which the loop can say that it is alive.
  private void pass(Duration time) {
    Duration step = LEASE.dividedBy(4);
    for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(step)) {
      clock.advance(step);
      long looks = loop.looks();
      Eventually.await("two looks", () -> loop.looks() >= looks + 2);
    }
  }
}
