package io.holdfast.postgres.stream;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.stream.WalSink.ServerPosition;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.postgres.wire.ReplicationConnection.View;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/// Streams one timeline until it is asked to stop or the timeline ends. A second thread reports to
/// the server, so that the server hears from us while the sink is busy storing. We never report WAL
/// as applied: we do not apply it.
public final class WalStreamer {
  private static final int TICK_MILLIS = 500;
  private static final Duration REPORT_EVERY = Duration.ofSeconds(5);
  private static final Duration REPORT_PAUSE = Duration.ofMillis(200);
  private static final long UNIX_SECONDS_OF_2000 = 946_684_800L;

  private final ReplicationConnection connection;
  private final InstantSource clock;
  private final Pause pause;
  private final AtomicReference<ServerPosition> server =
      new AtomicReference<>(new ServerPosition(new Lsn(0), 0));
  private final AtomicReference<Lsn> received = new AtomicReference<>(new Lsn(0));
  private final AtomicBoolean replyWanted = new AtomicBoolean();

  public WalStreamer(ReplicationConnection connection, InstantSource clock, Pause pause) {
    this.connection = connection;
    this.clock = clock;
    this.pause = pause;
  }

  /// Why streaming ended.
  public sealed interface End {
    /// We were asked to stop.
    record Stopped() implements End {}

    /// The server has gone over to another timeline, which begins at `switchedAt`; bytes of this
    /// timeline after that belong to nobody.
    record TimelineEnded(int nextTimeline, Lsn switchedAt) implements End {}
  }

  /// Streams from `start`; returns at the end of the timeline or when `until` is requested.
  public End run(Optional<String> slot, Lsn start, int timeline, WalSink sink, Cancellation until)
      throws IOException {
    received.set(start);
    connection.begin(
        "START_REPLICATION "
            + slot.map(name -> "SLOT \"" + name.replace("\"", "\"\"") + "\" ").orElse("")
            + "PHYSICAL "
            + start
            + " TIMELINE "
            + Integer.toUnsignedString(timeline));
    int type = connection.receive();
    if (type == 'T') {
      return readSwitch();
    }
    if (type != 'W') {
      throw violation("a message of type '" + (char) type + "' in place of the stream");
    }
    AtomicBoolean over = new AtomicBoolean();
    try (Workers reporter = Workers.virtual("wal-report")) {
      reporter.start(() -> report(sink, over));
      try {
        End end = stream(sink, until);
        over.set(true);
        reporter.join();
        return end;
      } finally {
        over.set(true);
      }
    }
  }

  private End stream(WalSink sink, Cancellation until) throws IOException {
    Instant nextTick = clock.instant();
    while (!until.isRequested()) {
      int type = connection.poll(TICK_MILLIS);
      switch (type) {
        case -1 -> {}
        case 'd' -> take(connection.content(), sink);
        case 'c' -> {
          connection.sendCopyDone();
          return readSwitch();
        }
        default -> throw violation("a message of type '" + (char) type + "' in the stream");
      }
      Instant now = clock.instant();
      if (!now.isBefore(nextTick)) {
        sink.tick(server.get());
        nextTick = now.plusMillis(TICK_MILLIS);
      }
    }
    return new End.Stopped();
  }

  private void take(View view, WalSink sink) throws IOException {
    ByteBuffer message = ByteBuffer.wrap(view.bytes(), view.offset(), view.length());
    switch (message.hasRemaining() ? message.get() : 0) {
      case 'w' -> {
        requireRemaining(message, 24);
        Lsn start = new Lsn(message.getLong());
        server.set(new ServerPosition(new Lsn(message.getLong()), message.getLong()));
        int length = message.remaining();
        sink.wal(start, view.bytes(), message.position(), length);
        received.set(start.plus(length));
      }
      case 'k' -> {
        requireRemaining(message, 17);
        server.set(new ServerPosition(new Lsn(message.getLong()), message.getLong()));
        if (message.get() != 0) {
          replyWanted.set(true);
        }
      }
      default -> throw violation("an unknown kind of message in the stream");
    }
  }

  private static void requireRemaining(ByteBuffer message, int bytes) {
    if (message.remaining() < bytes) {
      throw violation("a message that is too short");
    }
  }

  /// Runs beside [#stream] until it is over.
  private void report(WalSink sink, AtomicBoolean over) throws IOException, InterruptedException {
    Lsn reported = new Lsn(0);
    Instant due = clock.instant();
    while (!over.get()) {
      Lsn durable = sink.durable();
      boolean wanted = replyWanted.getAndSet(false);
      if (wanted || !durable.equals(reported) || !clock.instant().isBefore(due)) {
        sendStatus(durable);
        reported = durable;
        due = clock.instant().plus(REPORT_EVERY);
      }
      pause.await(REPORT_PAUSE);
    }
  }

  private void sendStatus(Lsn durable) throws IOException {
    Instant now = clock.instant();
    long micros = (now.getEpochSecond() - UNIX_SECONDS_OF_2000) * 1_000_000 + now.getNano() / 1_000;
    connection.sendCopy(
        ByteBuffer.allocate(34)
            .put((byte) 'r')
            .putLong(received.get().value())
            .putLong(durable.value())
            .putLong(0)
            .putLong(micros)
            .put((byte) 0)
            .array());
  }

  /// Tells the server a last time what is durable and ends the copy, after [End.Stopped].
  public void finish(WalSink sink) throws IOException {
    sendStatus(sink.durable());
    connection.sendCopyDone();
  }

  private End readSwitch() throws IOException {
    Optional<End> next = Optional.empty();
    while (true) {
      int type = connection.receive();
      switch (type) {
        case 'D' -> {
          List<String> row = connection.row();
          next =
              Optional.of(
                  new End.TimelineEnded(
                      Integer.parseUnsignedInt(row.get(0)), Lsn.parse(row.get(1))));
        }
        case 'T', 'C', 'd', 'c' -> {}
        case 'Z' -> {
          // Without a row the server is shutting down.
          return next.orElseThrow(
              () ->
                  new BackupException(
                      ErrorCode.SERVER_UNAVAILABLE,
                      "the server ended the stream",
                      "It is probably shutting down; the stream starts again by itself."));
        }
        default -> throw violation("a message of type '" + (char) type + "' after the stream");
      }
    }
  }

  private static BackupException violation(String what) {
    return new BackupException(
        ErrorCode.PROTOCOL_VIOLATION,
        "WAL stream: the server sent " + what,
        "Start the stream again; if it happens again, report it with the server's version.");
  }
}
