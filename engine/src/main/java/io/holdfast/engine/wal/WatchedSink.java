package io.holdfast.engine.wal;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.stream.WalSink;
import io.holdfast.postgres.wal.WalTime;
import io.holdfast.repository.wal.WalArchive;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/// Passes WAL on to the archiving sink, and notes now and then that an idle server has nothing
/// more. *Confined* to the receiving thread, but for [#durable].
final class WatchedSink implements WalSink {
  private static final Duration NOTE_EVERY = Duration.ofMinutes(10);
  private static final Duration FIRST_NOTE_AFTER = Duration.ofSeconds(30);

  private final WalArchive archive;
  private final int timeline;
  private final ArchivingSink sink;
  private Instant lastActivity = Instant.EPOCH;
  private Instant lastNote = Instant.EPOCH;
  private Instant serverTime = Instant.EPOCH;

  WatchedSink(WalArchive archive, int timeline, ArchivingSink sink) {
    this.archive = archive;
    this.timeline = timeline;
    this.sink = sink;
  }

  @Override
  public void wal(Lsn start, byte[] bytes, int offset, int length) throws IOException {
    sink.wal(start, bytes, offset, length);
    lastActivity = serverTime;
  }

  @Override
  public void tick(ServerPosition server) throws IOException {
    sink.tick(server);
    if (server.clockMicros() == 0) {
      return;
    }
    serverTime = WalTime.instant(server.clockMicros());
    Instant due =
        lastNote.isBefore(lastActivity)
            ? lastActivity.plus(FIRST_NOTE_AFTER)
            : lastNote.plus(NOTE_EVERY);
    if (isComplete() && !serverTime.isBefore(due)) {
      note();
    }
  }

  /// To be called when the stream ends in order: says until when the archive is known to be
  /// complete.
  void noteIfComplete() throws IOException {
    if (isComplete() && serverTime.isAfter(lastNote)) {
      note();
    }
  }

  private boolean isComplete() {
    Lsn end = sink.server().end();
    return sink.server().clockMicros() != 0 && !sink.durable().isBefore(end);
  }

  private void note() throws IOException {
    Observations.note(archive, timeline, serverTime);
    lastNote = serverTime;
  }

  @Override
  public Lsn durable() {
    return sink.durable();
  }
}
