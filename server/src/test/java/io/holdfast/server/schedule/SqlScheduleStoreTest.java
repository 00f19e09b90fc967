package io.holdfast.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.engine.plan.Plan;
import io.holdfast.server.TestCatalog;
import io.holdfast.server.run.NewRun;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunFilter;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunStore;
import io.holdfast.server.run.RunTerms;
import io.holdfast.server.run.SqlRunStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SqlScheduleStoreTest extends ScheduleStoreContract {
  private static TestCatalog catalog;

  @BeforeAll
  static void start() throws IOException {
    catalog = TestCatalog.start();
  }

  @AfterAll
  static void stop() throws IOException {
    catalog.close();
  }

  @Override
  ScheduleStore store() {
    catalog.reset(clock);
    return another();
  }

  private static ScheduleStore another() {
    return new SqlScheduleStore(catalog.jdbc(), catalog.transactions(), TestCatalog.json());
  }

  @Override
  void clockMoved() {
    catalog.time(clock);
  }

  private static RunStore runs() {
    return new SqlRunStore(
        catalog.jdbc(), catalog.transactions(), TestCatalog.json(), UUID::randomUUID);
  }

  @Test
  void ofManyNodesOneMakesTheRunOfEachSlot() throws Exception {
    List<Plan> plans = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      plans.add(plan("plan" + i, "daily at 02:00"));
    }
    store().define(plans);
    clock.advance(Duration.ofHours(2));
    clockMoved();
    int nodes = 6;
    List<UUID> queued = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(nodes)) {
      List<Future<List<UUID>>> ticks = new ArrayList<>();
      for (int i = 0; i < nodes; i++) {
        Scheduler scheduler = new Scheduler(another(), runs());
        ticks.add(threads.submit(scheduler::tick));
      }
      for (Future<List<UUID>> tick : ticks) {
        queued.addAll(tick.get());
      }
    }
    assertThat(queued).hasSize(300).doesNotHaveDuplicates();
    List<Run> found = runs().list(RunFilter.ALL, 1000, 0);
    assertThat(found).hasSize(300).extracting(Run::origin).doesNotHaveDuplicates();
  }

  @Test
  void whatOneNodeHandlesNoOtherIsHanded() {
    ScheduleStore store = store();
    store.define(List.of(plan("a", "daily at 02:00")));
    clock.advance(Duration.ofHours(2));
    clockMoved();
    List<Integer> others = new ArrayList<>();
    assertThat(
            store.handleDue(
                10,
                (_, _) -> {
                  others.add(
                      CompletableFuture.supplyAsync(
                              () -> another().handleDue(10, (_, now) -> Optional.of(now)))
                          .join());
                  return Optional.empty();
                }))
        .isEqualTo(1);
    assertThat(others).containsExactly(0);
  }

  @Test
  void aRunIsNotThereIfItsSlotIsNotHandled() {
    ScheduleStore store = store();
    store.define(List.of(plan("a", "daily at 02:00")));
    clock.advance(Duration.ofHours(2));
    clockMoved();
    RunStore runs = runs();
    NewRun wanted =
        new NewRun(
            new RunRequest.Retention(),
            "erp",
            new Origin.Schedule("a", clock.instant()),
            RunTerms.ONCE);
    assertThatThrownBy(
            () ->
                store.handleDue(
                    10,
                    (_, _) -> {
                      assertThat(runs.submit(wanted)).isPresent();
                      throw new AssertionError("the node dies here");
                    }))
        .hasMessage("the node dies here");
    assertThat(runs.count(RunFilter.ALL)).as("taken back").isZero();
    assertThat(new Scheduler(store, runs).tick()).hasSize(1);
  }

  @Test
  void whatANewerServerWroteIsLeftToItAndBlocksNothing() {
    ScheduleStore store = store();
    store.define(List.of(plan("a", "daily at 02:00"), plan("b", "daily at 02:00")));
    catalog.run(
        "UPDATE schedules SET plan = jsonb_set(plan, '{run}', '\"teleport\"') WHERE name = 'a'");
    clock.advance(Duration.ofHours(2));
    clockMoved();
    assertThat(new Scheduler(store, runs()).tick()).hasSize(1);
    assertThat(store.list()).extracting(it -> it.plan().name()).containsExactly("b");
    assertThat(store.handleDue(10, (_, _) -> Optional.empty())).isZero();
  }
}
