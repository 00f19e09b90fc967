package io.holdfast.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.plan.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// What every store of runs promises.
abstract class RunStoreContract {
  static final Instant START = Instant.parse("2026-03-01T02:00:00Z");
  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofSeconds(30);
  private static final int NODES = 8;
  private static final Outcome DONE = new Outcome.Completed(Map.of("backup", "b1"));
  private static final RunRequest FULL = new RunRequest.Physical(RunRequest.Physical.Type.FULL);

  final SettableClock clock = new SettableClock(START);

  /// An empty store whose time is [#clock]'s.
  abstract RunStore store();

  /// Called after each step of the clock.
  abstract void clockMoved();

  private void advance(Duration step) {
    clock.advance(step);
    clockMoved();
  }

  private static NewRun wish(String source) {
    return new NewRun(FULL, source, new Origin.Request("ada"), RunTerms.ONCE);
  }

  private static NewRun due(String schedule, Instant slot, int attempts) {
    return new NewRun(
        FULL, schedule, new Origin.Schedule(schedule, slot), RunTerms.ofAttempts(attempts));
  }

  private static Outcome failed(Failure.Chance again) {
    return new Outcome.Failed(new Failure("HF-2001", "gone", "look", again));
  }

  private static <T> List<T> byAllNodes(Callable<T> work) throws Exception {
    try (ExecutorService nodes = Executors.newFixedThreadPool(NODES)) {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < NODES; i++) {
        futures.add(nodes.submit(work));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    }
  }

  @Test
  void aWishIsFoundAsItWasMade() {
    RunStore store = store();
    UUID id =
        store
            .submit(
                new NewRun(
                    new RunRequest.Verify("latest"),
                    "erp",
                    new Origin.Request("ada"),
                    RunTerms.ofAttempts(3)))
            .orElseThrow();
    Run run = store.find(id).orElseThrow();
    assertThat(run.request()).isEqualTo(new RunRequest.Verify("latest"));
    assertThat(run.source()).isEqualTo("erp");
    assertThat(run.origin()).isEqualTo(new Origin.Request("ada"));
    assertThat(run.status()).isEqualTo(RunStatus.PENDING);
    assertThat(run.attempt()).isEqualTo(1);
    assertThat(run.terms()).isEqualTo(RunTerms.ofAttempts(3));
    assertThat(run.createdAt()).isEqualTo(START);
    assertThat(run.endedAt()).isEmpty();
    assertThat(store.find(new UUID(9, 9))).isEmpty();
  }

  @Test
  void ofManyNodesOneGetsTheSlot() throws Exception {
    RunStore store = store();
    List<Optional<UUID>> answers = byAllNodes(() -> store.submit(due("nightly", START, 1)));
    assertThat(answers).filteredOn(Optional::isPresent).hasSize(1);
    assertThat(store.count(RunFilter.ALL)).isEqualTo(1);
    assertThat(store.miss(due("nightly", START, 1), new MissedSlots(1, START, "late"))).isEmpty();
    assertThat(store.submit(due("nightly", START.plusSeconds(1), 1))).isPresent();
    assertThat(store.submit(due("weekly", START, 1))).isPresent();
  }

  @Test
  void missedSlotsAreWrittenDownAndNeverRun() {
    RunStore store = store();
    MissedSlots missed = new MissedSlots(71, START.minusSeconds(252_000), "nobody was there");
    UUID id = store.miss(due("hourly", START, 3), missed).orElseThrow();
    Run run = store.find(id).orElseThrow();
    assertThat(run.status()).isEqualTo(RunStatus.MISSED);
    assertThat(run.missed()).contains(missed);
    assertThat(run.failure()).isEmpty();
    assertThat(run.endedAt()).contains(START);
    assertThat(store.submit(due("hourly", START, 3))).isEmpty();
    assertThat(store.claim("a", LEASE)).isEmpty();
  }

  @Test
  void whatWaitedLongestIsTakenFirst() {
    RunStore store = store();
    UUID first = store.submit(wish("erp")).orElseThrow();
    advance(Duration.ofSeconds(1));
    UUID second = store.submit(wish("shop")).orElseThrow();
    assertThat(store.claim("a", LEASE).orElseThrow().run().id()).isEqualTo(first);
    Run run = store.claim("b", LEASE).orElseThrow().run();
    assertThat(run.id()).isEqualTo(second);
    assertThat(run.status()).isEqualTo(RunStatus.RUNNING);
    assertThat(run.node()).contains("b");
    assertThat(run.startedAt()).contains(START.plusSeconds(1));
    assertThat(store.claim("a", LEASE)).isEmpty();
  }

  @Test
  void ofManyNodesOneTakesEachRun() throws Exception {
    RunStore store = store();
    for (int i = 0; i < 2 * NODES; i++) {
      assertThat(store.submit(wish("source" + i))).isPresent();
    }
    List<List<UUID>> taken =
        byAllNodes(
            () -> {
              List<UUID> mine = new ArrayList<>();
              for (int i = 0; i < 4 * NODES; i++) {
                store.claim("node", LEASE).ifPresent(claim -> mine.add(claim.run().id()));
              }
              return mine;
            });
    List<UUID> all = taken.stream().flatMap(List::stream).toList();
    assertThat(all).doesNotHaveDuplicates().hasSize(2 * NODES);
  }

  @Test
  void twoRunsOfOneResourceNeverRunAtOnce() throws Exception {
    RunStore store = store();
    for (int i = 0; i < NODES; i++) {
      assertThat(store.submit(wish("erp"))).isPresent();
    }
    List<Optional<Claim>> claims = byAllNodes(() -> store.claim("node", LEASE));
    assertThat(claims).filteredOn(Optional::isPresent).hasSize(1);
    Claim only = claims.stream().flatMap(Optional::stream).findFirst().orElseThrow();
    assertThat(store.end(only, DONE, PAUSE)).isTrue();
    assertThat(store.claim("node", LEASE)).isPresent();
  }

  @Test
  void runsOfOtherKindsOfOneSourceDoNotWait() {
    RunStore store = store();
    assertThat(store.submit(wish("erp"))).isPresent();
    assertThat(
            store.submit(
                new NewRun(
                    new RunRequest.Verify("latest"),
                    "erp",
                    new Origin.Request("a"),
                    RunTerms.ONCE)))
        .isPresent();
    assertThat(store.claim("a", LEASE)).isPresent();
    assertThat(store.claim("a", LEASE)).isPresent();
  }

  @Test
  void aRunEndsOnceAndKeepsItsResult() {
    RunStore store = store();
    UUID id = store.submit(wish("erp")).orElseThrow();
    Claim claim = store.claim("a", LEASE).orElseThrow();
    advance(Duration.ofSeconds(5));
    assertThat(store.end(claim, DONE, PAUSE)).isTrue();
    assertThat(store.end(claim, new Outcome.Cancelled(), PAUSE)).isFalse();
    assertThat(store.renew(claim, RunProgress.NONE, LEASE)).isEqualTo(RunStore.Renewal.LOST);
    Run run = store.find(id).orElseThrow();
    assertThat(run.status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(run.result()).isEqualTo(Map.of("backup", "b1"));
    assertThat(run.endedAt()).contains(START.plusSeconds(5));
  }

  @Test
  void whatCanPassIsTriedAgainAfterAPauseAndNotForEver() {
    RunStore store = store();
    assertThat(store.submit(due("nightly", START, 2))).isPresent();
    Claim first = store.claim("a", LEASE).orElseThrow();
    assertThat(store.end(first, failed(Failure.Chance.MAY_HELP), PAUSE)).isTrue();
    assertThat(store.claim("a", LEASE)).isEmpty();
    advance(PAUSE);
    Claim second = store.claim("a", LEASE).orElseThrow();
    assertThat(second.run().attempt()).isEqualTo(2);
    assertThat(second.run().origin()).isEqualTo(first.run().origin());
    assertThat(second.run().id()).isNotEqualTo(first.run().id());
    assertThat(store.end(second, failed(Failure.Chance.MAY_HELP), PAUSE)).isTrue();
    advance(Duration.ofDays(1));
    assertThat(store.claim("a", LEASE)).isEmpty();
    Run run = store.find(first.run().id()).orElseThrow();
    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.failure().orElseThrow().code()).isEqualTo("HF-2001");
    assertThat(run.failure().orElseThrow().hint()).isEqualTo("look");
  }

  @Test
  void whatCannotPassIsNotTriedAgain() {
    RunStore store = store();
    assertThat(store.submit(due("nightly", START, 5))).isPresent();
    Claim claim = store.claim("a", LEASE).orElseThrow();
    assertThat(store.end(claim, failed(Failure.Chance.POINTLESS), PAUSE)).isTrue();
    assertThat(store.count(RunFilter.ALL)).isEqualTo(1);
  }

  @Test
  void aRunWhoseNodeWentAwayEndsWithinALease() {
    RunStore store = store();
    UUID id = store.submit(due("nightly", START, 2)).orElseThrow();
    Claim dead = store.claim("dead", LEASE).orElseThrow();
    advance(LEASE.dividedBy(2));
    assertThat(store.renew(dead, RunProgress.NONE, LEASE)).isEqualTo(RunStore.Renewal.HELD);
    advance(LEASE);
    assertThat(store.endAbandoned(PAUSE)).as("the lease is not over yet").isEmpty();
    advance(Duration.ofMillis(1));
    assertThat(store.endAbandoned(PAUSE)).containsExactly(id);
    assertThat(store.endAbandoned(PAUSE)).isEmpty();

    Run run = store.find(id).orElseThrow();
    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.failure().orElseThrow().message()).contains("dead");
    assertThat(store.renew(dead, RunProgress.NONE, LEASE)).isEqualTo(RunStore.Renewal.LOST);
    assertThat(store.end(dead, DONE, PAUSE)).as("who comes back late changes nothing").isFalse();
    assertThat(store.find(id).orElseThrow().status()).isEqualTo(RunStatus.FAILED);
    advance(PAUSE);
    assertThat(store.claim("b", LEASE).orElseThrow().run().attempt()).isEqualTo(2);
  }

  @Test
  void aRunThatWaitsIsCancelledAtOnce() {
    RunStore store = store();
    UUID id = store.submit(wish("erp")).orElseThrow();
    assertThat(store.requestCancel(id)).isTrue();
    assertThat(store.find(id).orElseThrow().status()).isEqualTo(RunStatus.CANCELLED);
    assertThat(store.claim("a", LEASE)).isEmpty();
    assertThat(store.requestCancel(new UUID(9, 9))).isFalse();
  }

  @Test
  void aRunThatRunsLearnsThatItShallEndAndIsNotTriedAgain() {
    RunStore store = store();
    UUID id = store.submit(due("nightly", START, 3)).orElseThrow();
    Claim claim = store.claim("a", LEASE).orElseThrow();
    assertThat(store.requestCancel(id)).isTrue();
    assertThat(store.find(id).orElseThrow().status()).isEqualTo(RunStatus.RUNNING);
    assertThat(store.renew(claim, RunProgress.NONE, LEASE))
        .isEqualTo(RunStore.Renewal.CANCEL_REQUESTED);
    assertThat(store.end(claim, failed(Failure.Chance.MAY_HELP), PAUSE)).isTrue();
    assertThat(store.count(RunFilter.ALL)).isEqualTo(1);
  }

  @Test
  void whatHasEndedStaysAsItIsWhenSomebodyWantsItToEnd() {
    RunStore store = store();
    UUID id = store.submit(wish("erp")).orElseThrow();
    assertThat(store.end(store.claim("a", LEASE).orElseThrow(), DONE, PAUSE)).isTrue();
    assertThat(store.requestCancel(id)).isTrue();
    assertThat(store.find(id).orElseThrow().status()).isEqualTo(RunStatus.COMPLETED);
  }

  @Test
  void whatFollowsIsQueuedWithTheEndOfASuccess() {
    RunStore store = store();
    RunTerms terms = new RunTerms(2, Duration.ofHours(1), List.of(Job.VERIFY, Job.RETENTION));
    assertThat(store.submit(new NewRun(FULL, "erp", new Origin.Schedule("nightly", START), terms)))
        .isPresent();
    assertThat(store.end(store.claim("a", LEASE).orElseThrow(), DONE, PAUSE)).isTrue();

    Claim verify = store.claim("a", LEASE).orElseThrow();
    assertThat(verify.run().request()).isEqualTo(new RunRequest.Verify("b1"));
    assertThat(verify.run().origin()).isEqualTo(new Origin.Schedule("nightly/verify", START));
    assertThat(verify.run().terms())
        .isEqualTo(new RunTerms(2, Duration.ofHours(1), List.of(Job.RETENTION)));
    assertThat(store.end(verify, new Outcome.Completed(Map.of()), PAUSE)).isTrue();

    Claim retention = store.claim("a", LEASE).orElseThrow();
    assertThat(retention.run().request()).isEqualTo(new RunRequest.Retention());
    assertThat(retention.run().origin()).isEqualTo(new Origin.Schedule("nightly/retention", START));
    assertThat(store.end(retention, DONE, PAUSE)).isTrue();
    assertThat(store.claim("a", LEASE)).isEmpty();
  }

  @Test
  void whatFollowsDoesNotPileUp() {
    RunStore store = store();
    RunTerms terms = new RunTerms(1, Duration.ZERO, List.of(Job.VERIFY));
    for (int hour = 0; hour < 2; hour++) {
      Origin slot = new Origin.Schedule("hourly", START.plus(Duration.ofHours(hour)));
      assertThat(store.submit(new NewRun(FULL, "erp", slot, terms))).isPresent();
      Claim claim = store.claim("a", LEASE).orElseThrow();
      while (!claim.run().request().equals(FULL)) {
        claim = store.claim("a", LEASE).orElseThrow();
      }
      advance(Duration.ofMinutes(5));
      assertThat(store.end(claim, DONE, PAUSE)).isTrue();
    }
    Run second = store.list(RunFilter.ALL, 1, 0).getFirst();
    assertThat(second.request().kind()).isEqualTo("verify");
    assertThat(second.status()).isEqualTo(RunStatus.MISSED);
    assertThat(second.missed().orElseThrow().why()).contains("had not ended");
  }

  @Test
  void nothingFollowsAFailureButTheNextTryDoesWhatFollows() {
    RunStore store = store();
    RunTerms terms = new RunTerms(2, Duration.ZERO, List.of(Job.VERIFY));
    assertThat(store.submit(new NewRun(FULL, "erp", new Origin.Request("ada"), terms))).isPresent();
    Claim first = store.claim("a", LEASE).orElseThrow();
    assertThat(store.end(first, failed(Failure.Chance.MAY_HELP), PAUSE)).isTrue();
    assertThat(store.count(RunFilter.ALL)).as("the next try only").isEqualTo(2);
    advance(PAUSE);
    Claim second = store.claim("a", LEASE).orElseThrow();
    assertThat(second.run().terms()).isEqualTo(terms);
    assertThat(store.end(second, DONE, PAUSE)).isTrue();
    assertThat(store.claim("a", LEASE).orElseThrow().run().request())
        .isEqualTo(new RunRequest.Verify("b1"));
  }

  @Test
  void aScheduleHasAnOpenRunUntilItsLastTryHasEnded() {
    RunStore store = store();
    assertThat(store.hasOpen("nightly")).isFalse();
    assertThat(store.submit(due("nightly", START, 2))).isPresent();
    assertThat(store.hasOpen("nightly")).isTrue();
    Claim first = store.claim("a", LEASE).orElseThrow();
    assertThat(store.hasOpen("nightly")).isTrue();
    assertThat(store.end(first, failed(Failure.Chance.MAY_HELP), PAUSE)).isTrue();
    assertThat(store.hasOpen("nightly")).as("the next try waits").isTrue();
    advance(PAUSE);
    assertThat(store.end(store.claim("a", LEASE).orElseThrow(), DONE, PAUSE)).isTrue();
    assertThat(store.hasOpen("nightly")).isFalse();
    assertThat(store.hasOpen("weekly")).isFalse();
  }

  @Test
  void listsAreNewestFirstAndCanBeNarrowed() {
    RunStore store = store();
    List<UUID> ids = new ArrayList<>();
    for (String source : List.of("erp", "shop", "erp")) {
      ids.add(store.submit(wish(source)).orElseThrow());
      advance(Duration.ofSeconds(1));
    }
    assertThat(store.list(RunFilter.ALL, 10, 0)).extracting(Run::id).isEqualTo(ids.reversed());
    assertThat(store.list(RunFilter.ALL, 1, 1)).extracting(Run::id).containsExactly(ids.get(1));
    RunFilter erp =
        new RunFilter(Optional.of("erp"), Optional.of("full"), Optional.of(RunStatus.PENDING));
    assertThat(store.list(erp, 10, 0)).extracting(Run::id).containsExactly(ids.get(2), ids.get(0));
    assertThat(store.count(erp)).isEqualTo(2);
    assertThat(store.count(new RunFilter(Optional.empty(), Optional.of("dump"), Optional.empty())))
        .isZero();
  }

  @Test
  void whatARunToldIsKeptInOrder() {
    RunStore store = store();
    UUID id = store.submit(wish("erp")).orElseThrow();
    store.log(id, List.of("one", "two"));
    store.log(id, List.of());
    store.log(id, List.of("three"));
    assertThat(store.logOf(id, 10))
        .extracting(RunStore.LogLine::text)
        .containsExactly("one", "two", "three");
    assertThat(store.logOf(id, 2)).hasSize(2);
  }
}
