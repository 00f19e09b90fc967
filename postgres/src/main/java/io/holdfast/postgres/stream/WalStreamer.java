package io.holdfast.postgres.stream;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.stream.StatusReporter.Farewell;
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
import org.jspecify.annotations.Nullable;

/// Streams one timeline until it is asked to stop or the timeline ends. A second thread reports to
/// the server, so that the server hears from us while the sink is busy storing. We never report WAL
/// as applied: we do not apply it. A server from which nothing comes for a minute, although it was
/// asked, is given up.
public final class WalStreamer {
  private static final int TICK_MILLIS = 500;
  private static final int SILENT_MILLIS_MAX = 60_000;
  private static final Duration FAREWELL_LIMIT = Duration.ofSeconds(10);

  private final ReplicationConnection connection;
  private final InstantSource clock;
  private final Pause pause;
  private ServerPosition server = new ServerPosition(new Lsn(0), 0);
  private @Nullable StatusReporter reporter;

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
  ///
  /// A connection that breaks, or a server that shuts down, is `SERVER_UNAVAILABLE`; an
  /// `IOException` is the sink's. After [End.Stopped] the caller stores what it has and calls
  /// [#finish]; after [End.TimelineEnded] the connection can be used for the next timeline.
  public End run(Optional<String> slot, Lsn start, int timeline, WalSink sink, Cancellation until)
      throws IOException {
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
    StatusReporter status = new StatusReporter(connection, clock, pause, sink, start);
    reporter = status;
    try (Workers worker = Workers.virtual("wal-report")) {
      worker.start(status::run);
      try {
        End end = stream(status, sink, until);
        // Closing the worker interrupts it, which in the middle of sending would break the
        // connection.
        status.stop();
        worker.join();
        return end;
      } finally {
        status.stop();
      }
    }
  }

  private End stream(StatusReporter status, WalSink sink, Cancellation until) throws IOException {
    Instant nextTick = clock.instant();
    int silentMillis = 0;
    while (!until.isRequested() && !status.hasFailed()) {
      int type = connection.poll(TICK_MILLIS);
      silentMillis = type == -1 ? silentMillis + TICK_MILLIS : 0;
      status.silentFor(silentMillis);
      switch (type) {
        case -1 -> requireAlive(silentMillis);
        case 'd' -> take(connection.content(), status, sink);
        case 'c' -> {
          status.end(Farewell.NO_REPORT);
          return readSwitch();
        }
        case 'C' -> throw shuttingDown();
        default -> throw violation("a message of type '" + (char) type + "' in the stream");
      }
      Instant now = clock.instant();
      if (!now.isBefore(nextTick)) {
        sink.tick(server);
        nextTick = now.plusMillis(TICK_MILLIS);
      }
    }
    return new End.Stopped();
  }

  private static void requireAlive(int silentMillis) {
    if (silentMillis >= SILENT_MILLIS_MAX) {
      throw new BackupException(
          ErrorCode.SERVER_UNAVAILABLE,
          "WAL stream: the server has sent nothing for " + silentMillis / 1_000 + " s",
          "Check the network between here and the server; the stream starts again by itself.");
    }
  }

  private void take(View view, StatusReporter status, WalSink sink) throws IOException {
    ByteBuffer message = ByteBuffer.wrap(view.bytes(), view.offset(), view.length());
    switch (message.hasRemaining() ? message.get() : 0) {
      case 'w' -> {
        requireRemaining(message, 24);
        Lsn start = new Lsn(message.getLong());
        server = new ServerPosition(new Lsn(message.getLong()), message.getLong());
        if (!start.equals(status.received())) {
          throw violation("WAL from " + start + " where " + status.received() + " was due");
        }
        int length = message.remaining();
        sink.wal(start, view.bytes(), message.position(), length);
        status.received(start.plus(length));
      }
      case 'k' -> {
        requireRemaining(message, 17);
        server = new ServerPosition(new Lsn(message.getLong()), message.getLong());
        if (message.get() != 0) {
          status.replyWanted();
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

  /// After [End.Stopped]: tells the server a last time what is durable, ends the copy, and waits a
  /// moment for the server to take note, so that the slot stands where the sink does.
  public void finish(WalSink sink) throws IOException {
    StatusReporter status = reporter;
    if (status == null) {
      throw new IllegalStateException("nothing was streamed");
    }
    status.end(Farewell.REPORT);
    Instant deadline = clock.instant().plus(FAREWELL_LIMIT);
    int type;
    do {
      type = connection.poll(TICK_MILLIS);
    } while (type != 'Z' && clock.instant().isBefore(deadline));
  }

  private End readSwitch() throws IOException {
    Optional<End> next = Optional.empty();
    while (true) {
      int type = connection.receive();
      switch (type) {
        case 'D' -> next = Optional.of(timelineEnded(connection.row()));
        case 'T', 'C', 'd', 'c' -> {}
        case 'Z' -> {
          return next.orElseThrow(WalStreamer::shuttingDown);
        }
        default -> throw violation("a message of type '" + (char) type + "' after the stream");
      }
    }
  }

  private static End timelineEnded(List<String> row) {
    try {
      return new End.TimelineEnded(Integer.parseUnsignedInt(row.get(0)), Lsn.parse(row.get(1)));
    } catch (IllegalArgumentException | IndexOutOfBoundsException _) {
      throw violation(row + " where the next timeline was due");
    }
  }

  private static BackupException shuttingDown() {
    return new BackupException(
        ErrorCode.SERVER_UNAVAILABLE,
        "WAL stream: the server ended the stream",
        "It is probably shutting down; the stream starts again by itself.");
  }

  private static BackupException violation(String what) {
    return new BackupException(
        ErrorCode.PROTOCOL_VIOLATION,
        "WAL stream: the server sent " + what,
        "Start the stream again; if it happens again, report it with the server's version.");
  }
}
