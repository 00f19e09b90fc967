package io.holdfast.base.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OrderedCrewTest {
  private static final int WINDOW = 4;

  private final List<Integer> results = new ArrayList<>();

  @Test
  void resultsComeInTheOrderOfTheJobs() throws IOException {
    CountDownLatch firstMayEnd = new CountDownLatch(1);
    submit(
        100,
        job -> {
          if (job == 0) {
            await(firstMayEnd);
          } else {
            firstMayEnd.countDown();
          }
          return job * 10;
        });
    assertThat(results).isEqualTo(IntStream.range(0, 100).map(i -> i * 10).boxed().toList());
  }

  @Test
  void noMoreJobsWaitThanTheWindowHolds() throws IOException {
    try (OrderedCrew<Integer, Integer> crew = crew(job -> job)) {
      for (int i = 0; i < 50; i++) {
        crew.submit(i);
        assertThat(i + 1 - results.size()).isLessThan(WINDOW);
      }
      crew.finish();
    }
    assertThat(results).hasSize(50);
  }

  @Test
  void aFailureEndsTheWork() {
    assertThatThrownBy(
            () ->
                submit(
                    100,
                    job -> {
                      if (job == 7) {
                        throw new IOException("seven");
                      }
                      return job;
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("seven");
    assertThat(results).isEqualTo(IntStream.range(0, results.size()).boxed().toList());
    assertThat(results).hasSizeLessThan(8);
  }

  @Test
  void aFailureDoesNotWaitForEarlierJobsThatGoOn() {
    CountDownLatch never = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                submit(
                    2,
                    job -> {
                      if (job == 1) {
                        throw new IOException("at once");
                      }
                      await(never);
                      return job;
                    }))
        .hasMessage("at once");
    assertThat(results).isEmpty();
  }

  @Test
  void aHandThatCannotBeHiredFailsTheJob() {
    assertThatThrownBy(
            () -> {
              try (OrderedCrew<Integer, Integer> crew =
                  new OrderedCrew<>(
                      Workers.platform("test"),
                      2,
                      WINDOW,
                      () -> {
                        throw new IOException("nobody");
                      },
                      results::add)) {
                crew.submit(1);
                crew.finish();
              }
            })
        .hasMessage("nobody");
  }

  private static final class Closing implements OrderedCrew.Hand<Integer, Integer>, AutoCloseable {
    private final AtomicInteger open;

    Closing(AtomicInteger open) {
      this.open = open;
      open.incrementAndGet();
    }

    @Override
    public Integer work(Integer job) {
      return job;
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  @Test
  void handsAreClosedAtTheEnd() throws IOException {
    AtomicInteger open = new AtomicInteger();
    try (OrderedCrew<Integer, Integer> crew =
        new OrderedCrew<>(
            Workers.platform("test"), 2, WINDOW, () -> new Closing(open), results::add)) {
      for (int i = 0; i < 20; i++) {
        crew.submit(i);
      }
      crew.finish();
      assertThat(open).hasPositiveValue();
    }
    assertThat(open).hasValue(0);
  }

  private void submit(int jobs, OrderedCrew.Hand<Integer, Integer> hand) throws IOException {
    try (OrderedCrew<Integer, Integer> crew = crew(hand)) {
      for (int i = 0; i < jobs; i++) {
        crew.submit(i);
      }
      crew.finish();
    }
  }

  private OrderedCrew<Integer, Integer> crew(OrderedCrew.Hand<Integer, Integer> hand) {
    return new OrderedCrew<>(Workers.platform("test"), 2, WINDOW, () -> hand, results::add);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
