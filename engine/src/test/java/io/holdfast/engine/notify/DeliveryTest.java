package io.holdfast.engine.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DeliveryTest {
  private static final Instant NOW = Instant.parse("2026-11-23T02:00:00Z");
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Set<Event> ALL = EnumSet.allOf(Event.class);

  private final List<Outcome> outcomes = Collections.synchronizedList(new ArrayList<>());
  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());

  private static Notice notice(Event event, int number) {
    return Notice.news(event, "app", List.of(), NOW.plusSeconds(number), "run-" + number);
  }

  private static Notice success(int number) {
    return notice(Event.SUCCESS, number);
  }

  private record Fake(String name, Sending sending) implements Channel {
    interface Sending {
      void send(Notice notice) throws InterruptedException;
    }

    @Override
    public void send(Notice notice) {
      try {
        sending.send(notice);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        throw failure(ErrorCode.RECEIVER_UNAVAILABLE);
      }
    }
  }

  private static BackupException failure(ErrorCode code) {
    return new BackupException(code, "no luck", "Try another day.");
  }

  private Delivery delivery(Channel... channels) {
    return new Delivery(
        List.of(channels).stream().map(channel -> new Subscription(channel, ALL)).toList(),
        Attempts.DEFAULT,
        pauses::add,
        outcomes::add);
  }

  @Test
  void triesAgainWithLongerPausesUntilTheReceiverTakesIt() throws InterruptedException {
    List<Notice> tried = Collections.synchronizedList(new ArrayList<>());
    Fake channel =
        new Fake(
            "slow",
            notice -> {
              tried.add(notice);
              if (tried.size() < 4) {
                throw failure(ErrorCode.RECEIVER_UNAVAILABLE);
              }
            });
    try (Delivery delivery = delivery(channel)) {
      delivery.offer(success(1));
      assertThat(delivery.finish(LONG)).isTrue();
    }

    assertThat(outcomes).containsExactly(new Outcome.Delivered("slow", success(1), 4));
    assertThat(pauses).extracting(Duration::toSeconds).containsExactly(2L, 8L, 32L);
    assertThat(tried).allMatch(success(1)::equals);
  }

  @Test
  void givesUpAfterTheLastAttemptAndGoesOnWithTheNextNotice() throws InterruptedException {
    Fake channel =
        new Fake(
            "down",
            notice -> {
              if (notice.runId().equals("run-1")) {
                throw failure(ErrorCode.RECEIVER_UNAVAILABLE);
              }
            });
    try (Delivery delivery = delivery(channel)) {
      delivery.offer(success(1));
      delivery.offer(success(2));
      assertThat(delivery.finish(LONG)).isTrue();
    }

    assertThat(outcomes)
        .containsExactly(
            new Outcome.Failed(
                "down",
                success(1),
                5,
                ErrorCode.RECEIVER_UNAVAILABLE,
                "no luck",
                "Try another day."),
            new Outcome.Delivered("down", success(2), 1));
    assertThat(pauses).extracting(Duration::toSeconds).containsExactly(2L, 8L, 32L, 120L);
  }

  @Test
  void doesNotTryAgainWhereThatCannotHelp() throws InterruptedException {
    Fake refusing =
        new Fake(
            "refusing",
            _ -> {
              throw failure(ErrorCode.RECEIVER_REFUSED);
            });
    Fake broken =
        new Fake(
            "broken",
            _ -> {
              throw new IllegalStateException("token SECRET");
            });
    try (Delivery delivery = delivery(refusing, broken)) {
      delivery.offer(success(1));
      assertThat(delivery.finish(LONG)).isTrue();
    }

    assertThat(outcomes)
        .containsExactlyInAnyOrder(
            new Outcome.Failed(
                "refusing",
                success(1),
                1,
                ErrorCode.RECEIVER_REFUSED,
                "no luck",
                "Try another day."),
            new Outcome.Failed(
                "broken", success(1), 1, ErrorCode.BUG, "IllegalStateException", ""));
    assertThat(pauses).isEmpty();
  }

  @Test
  void aChannelThatHangsBlocksNoOther() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch others = new CountDownLatch(3);
    Fake hanging = new Fake("hanging", _ -> never.await());
    Fake working = new Fake("working", _ -> others.countDown());
    try (Delivery delivery = delivery(hanging, working)) {
      for (int i = 1; i <= 3; i++) {
        delivery.offer(success(i));
      }
      others.await();
      assertThat(delivery.finish(Duration.ofMillis(1))).isFalse();
    }

    assertThat(outcomes)
        .filteredOn(it -> it.channel().equals("working"))
        .extracting(Outcome::notice)
        .containsExactly(success(1), success(2), success(3));
    assertThat(outcomes)
        .filteredOn(it -> it.channel().equals("hanging"))
        .as("each has an outcome when it is closed")
        .hasSize(3)
        .last()
        .isEqualTo(new Outcome.Dropped("hanging", success(3)));
  }

  @Test
  void keepsNoMoreThanItsLimitForAChannelThatIsDown() throws InterruptedException {
    CountDownLatch open = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    Fake channel =
        new Fake(
            "gated",
            _ -> {
              begun.countDown();
              open.await();
            });
    try (Delivery delivery = delivery(channel)) {
      delivery.offer(success(0));
      begun.await();
      for (int i = 1; i <= Delivery.WAITING_MAX + 2; i++) {
        delivery.offer(success(i));
      }
      assertThat(outcomes)
          .containsExactly(
              new Outcome.Dropped("gated", success(Delivery.WAITING_MAX + 1)),
              new Outcome.Dropped("gated", success(Delivery.WAITING_MAX + 2)));
      open.countDown();
      assertThat(delivery.finish(LONG)).isTrue();
    }

    assertThat(outcomes).hasSize(Delivery.WAITING_MAX + 3);
  }

  @Test
  void takesNothingAfterItWasClosed() {
    Delivery delivery = delivery(new Fake("any", _ -> {}));
    delivery.close();
    delivery.offer(success(1));

    assertThat(outcomes).containsExactly(new Outcome.Dropped("any", success(1)));
  }

  @Test
  void goesOnWhenAnOutcomeCannotBeRecorded() throws InterruptedException {
    CountDownLatch sent = new CountDownLatch(2);
    Delivery delivery =
        new Delivery(
            List.of(new Subscription(new Fake("any", _ -> sent.countDown()), ALL)),
            Attempts.DEFAULT,
            pauses::add,
            _ -> {
              throw new IllegalStateException("the catalog is gone");
            });
    try (delivery) {
      delivery.offer(success(1));
      delivery.offer(success(2));
      sent.await();
      assertThat(delivery.finish(LONG)).isTrue();
    }
  }

  @Test
  void aChannelIsToldWhatItWantsAndNoEndOfWhatItWasNotTold() throws InterruptedException {
    Channel channel = new Fake("some", _ -> {});
    Subscription some =
        new Subscription(channel, Set.of(Event.OVERDUE, Event.SUCCESS, Event.RECOVERED));
    Notice end = over(Event.OVERDUE);
    try (Delivery delivery =
        new Delivery(List.of(some), Attempts.DEFAULT, pauses::add, outcomes::add)) {
      delivery.offer(notice(Event.MISSED_RUN, 1));
      delivery.offer(over(Event.FAILURE));
      delivery.offer(end);
      assertThat(delivery.finish(LONG)).isTrue();
    }

    assertThat(outcomes).containsExactly(new Outcome.Delivered("some", end, 1));
  }

  private static Notice over(Event about) {
    return new Notice(Event.RECOVERED, about, "app", "Over", List.of(), NOW, "", "");
  }
}
