package io.holdfast.postgres.stream;

import io.holdfast.base.concurrent.Pause;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wire.ReplicationConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Tells the server how far we are, from a thread of its own, so that the server hears from us
/// while the sink is busy. *Guarded* by a lock where it sends: nothing is sent once the copy ended.
final class StatusReporter {
  /// Often enough for servers whose wal_sender_timeout is a few seconds.
  private static final Duration REPORT_EVERY = Duration.ofSeconds(1);

  private static final Duration REPORT_PAUSE = Duration.ofMillis(100);
  private static final int ASK_AFTER_SILENT_MILLIS = 10_000;
  private static final long UNIX_SECONDS_OF_2000 = 946_684_800L;

  private final ReplicationConnection connection;
  private final InstantSource clock;
  private final Pause pause;
  private final WalSink sink;
  private final AtomicReference<Lsn> received;
  private final AtomicBoolean replyWanted = new AtomicBoolean();
  private final AtomicInteger silentMillis = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final ReentrantLock sending = new ReentrantLock();
  private volatile boolean stopped;
  private boolean copyEnded;

  StatusReporter(
      ReplicationConnection connection, InstantSource clock, Pause pause, WalSink sink, Lsn start) {
    this.connection = connection;
    this.clock = clock;
    this.pause = pause;
    this.sink = sink;
    this.received = new AtomicReference<>(start);
  }

  Lsn received() {
    return received.get();
  }

  void received(Lsn end) {
    received.set(end);
  }

  void replyWanted() {
    replyWanted.set(true);
  }

  /// How long nothing came, as the reading thread counts it.
  void silentFor(int millis) {
    silentMillis.set(millis);
  }

  /// Runs on its own thread until [#stop].
  void run() throws IOException, InterruptedException {
    try {
      Lsn reported = new Lsn(0);
      Instant due = clock.instant();
      while (!stopped) {
        Lsn durable = durable();
        boolean wanted = replyWanted.getAndSet(false);
        if (wanted || !durable.equals(reported) || !clock.instant().isBefore(due)) {
          send(durable);
          reported = durable;
          due = clock.instant().plus(REPORT_EVERY);
        }
        pause.await(REPORT_PAUSE);
      }
    } catch (IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
      throw e;
    }
  }

  /// True once reporting has failed; the failure comes out where the thread is joined.
  boolean hasFailed() {
    return failure.get() != null;
  }

  /// Sends a last report, then says that the copy ends. Nothing is sent afterwards.
  void end(Farewell farewell) throws IOException {
    sending.lock();
    try {
      if (copyEnded) {
        return;
      }
      if (farewell == Farewell.REPORT) {
        send(durable());
      }
      copyEnded = true;
      connection.sendCopyDone();
    } finally {
      sending.unlock();
    }
  }

  /// Whether the last word has a report.
  enum Farewell {
    REPORT,
    NO_REPORT
  }

  /// Ends the thread soon; [#end] can still be called.
  void stop() {
    stopped = true;
  }

  /// Never more than was received here: the server takes our word and throws WAL away.
  private Lsn durable() {
    Lsn durable = sink.durable();
    Lsn limit = received.get();
    return limit.isBefore(durable) ? limit : durable;
  }

  private void send(Lsn durable) throws IOException {
    Instant now = clock.instant();
    long micros = (now.getEpochSecond() - UNIX_SECONDS_OF_2000) * 1_000_000 + now.getNano() / 1_000;
    boolean ask = silentMillis.get() >= ASK_AFTER_SILENT_MILLIS;
    byte[] status =
        ByteBuffer.allocate(34)
            .put((byte) 'r')
            .putLong(received.get().value())
            .putLong(durable.value())
            .putLong(0)
            .putLong(micros)
            .put((byte) (ask ? 1 : 0))
            .array();
    sending.lock();
    try {
      if (!copyEnded) {
        connection.sendCopy(status);
      }
    } finally {
      sending.unlock();
    }
  }
}
