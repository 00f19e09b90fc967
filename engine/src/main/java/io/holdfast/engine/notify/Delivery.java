package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.concurrent.Task;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes notices to the channels that want them. Each channel has a queue and a thread of its own
/// while there is something for it, so none waits for another; within one, notices keep their
/// order.
///
/// A queue holds [#WAITING_MAX] notices; what comes besides is dropped, and that is an outcome too.
/// Nothing here survives the process: whoever must not lose a notice keeps it until its outcomes
/// are there, and offers it again after a restart. Its id stays the same.
public final class Delivery implements AutoCloseable {
  public static final int WAITING_MAX = 256;

  private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
  private static final Duration CLOSING_MAX = Duration.ofSeconds(20);

  private final List<Lane> lanes;
  private final Attempts attempts;
  private final Pause pause;
  private final Consumer<Outcome> report;

  /// @param report told each outcome, by the threads of the channels and by those that offer
  public Delivery(
      List<Subscription> subscriptions, Attempts attempts, Pause pause, Consumer<Outcome> report) {
    this.lanes = subscriptions.stream().map(Lane::new).toList();
    this.attempts = attempts;
    this.pause = pause;
    this.report = report;
  }

  /// Begins to deliver a notice, and does not wait for it.
  public void offer(Notice notice) {
    for (Lane lane : lanes) {
      if (lane.subscription.wants(notice)) {
        lane.offer(notice);
      }
    }
  }

  /// Waits until everything that was offered has its outcome.
  ///
  /// @return false if that took longer than the limit
  public boolean finish(Duration limit) throws InterruptedException {
    Deadline deadline = Deadline.after(limit);
    for (Lane lane : lanes) {
      if (!lane.join(deadline.left())) {
        return false;
      }
    }
    return true;
  }

  /// Ends it: what is under way is interrupted, what waits is dropped.
  @Override
  public void close() {
    lanes.forEach(Lane::end);
    try {
      if (!finish(CLOSING_MAX)) {
        LOG.warn("a channel of notifications did not end in time");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(Outcome outcome) {
    try {
      report.accept(outcome);
    } catch (RuntimeException e) {
      LOG.error("the outcome of a notification could not be recorded", e);
    }
  }

  private final class Lane {
    private final Subscription subscription;
    private final Queue<Notice> waiting = new ArrayDeque<>();
    private Optional<Task> task = Optional.empty();
    private boolean isEnded;
    private boolean isWorking;

    Lane(Subscription subscription) {
      this.subscription = subscription;
    }

    void offer(Notice notice) {
      if (!enqueue(notice)) {
        tell(new Outcome.Dropped(subscription.channel().name(), notice));
      }
    }

    private synchronized boolean enqueue(Notice notice) {
      if (isEnded || waiting.size() >= WAITING_MAX) {
        return false;
      }
      waiting.add(notice);
      if (!isWorking) {
        isWorking = true;
        task = Optional.of(Task.start("notify-" + subscription.channel().name(), this::work));
      }
      return true;
    }

    private void work() {
      for (Optional<Notice> next = next(); next.isPresent(); next = next()) {
        tell(isEnded() ? dropped(next.get()) : deliver(subscription.channel(), next.get()));
      }
    }

    private Outcome dropped(Notice notice) {
      return new Outcome.Dropped(subscription.channel().name(), notice);
    }

    private synchronized Optional<Notice> next() {
      Optional<Notice> next = Optional.ofNullable(waiting.poll());
      isWorking = next.isPresent();
      return next;
    }

    private synchronized boolean isEnded() {
      return isEnded;
    }

    synchronized void end() {
      isEnded = true;
      task.ifPresent(Task::interrupt);
    }

    boolean join(Duration limit) throws InterruptedException {
      Optional<Task> current;
      synchronized (this) {
        current = task;
      }
      return current.isEmpty() || current.get().join(limit);
    }
  }

  private Outcome deliver(Channel channel, Notice notice) {
    for (int attempt = 1; true; attempt++) {
      Optional<BackupException> failure = tryOnce(channel, notice);
      if (failure.isEmpty()) {
        return new Outcome.Delivered(channel.name(), notice, attempt);
      }
      BackupException reason = failure.get();
      if (reason.code().kind() != ErrorKind.UNAVAILABLE || attempt >= attempts.max()) {
        return failed(channel, notice, attempt, reason);
      }
      try {
        pause.await(attempts.pauseAfter(attempt));
      } catch (InterruptedException _) {
        // whoever interrupted closes this; the reason why it is not there yet is of more use
        return failed(channel, notice, attempt, reason);
      }
    }
  }

  private static Optional<BackupException> tryOnce(Channel channel, Notice notice) {
    try {
      channel.send(notice);
      return Optional.empty();
    } catch (BackupException e) {
      LOG.debug("{} was not delivered to {}", notice.id(), channel.name(), e);
      return Optional.of(e);
    } catch (RuntimeException e) {
      BackupException bug = withoutMessageOf(e);
      LOG.error("a bug in channel {}", channel.name(), bug);
      return Optional.of(bug);
    }
  }

  /// Says what went wrong and where. The message may have anything in it, secrets too.
  private static BackupException withoutMessageOf(RuntimeException failure) {
    BackupException bug =
        new BackupException(ErrorCode.BUG, failure.getClass().getSimpleName(), "");
    bug.setStackTrace(failure.getStackTrace());
    return bug;
  }

  private static Outcome failed(
      Channel channel, Notice notice, int attempts, BackupException reason) {
    return new Outcome.Failed(
        channel.name(), notice, attempts, reason.code(), reason.text(), reason.hint());
  }
}
