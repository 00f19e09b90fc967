package io.holdfast.engine.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.wal.ArchivedWal;
import io.holdfast.engine.wal.ArchivingSink;
import io.holdfast.engine.wal.StoredBefore;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.stream.WalStreamer;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalVersion;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Sees to it that the WAL from the start to the end of a backup is in the repository before the
/// backup is published. A temporary slot keeps the server from removing it. Where a WAL stream of
/// the same source runs, it is left to do the work and only waited for; where none runs, or it does
/// not come in time, the WAL is streamed here. *Confined*.
final class BackupWal implements AutoCloseable {
  private static final Duration WAIT_FOR_STREAM = Duration.ofSeconds(60);

  /// A stream that runs stores every few seconds; one that feeds another repository never does
  /// here.
  private static final Duration STANDSTILL = Duration.ofSeconds(15);

  private static final Duration POLL_FIRST = Duration.ofMillis(250);
  private static final Duration POLL_MAX = Duration.ofSeconds(2);
  private static final Lsn NO_END = new Lsn(-1L);

  private final EngineContext context;
  private final ReplicationConnection connection;
  private final WalArchive archive;
  private final WalVersion version;
  private final String slot;
  private final Workers worker = Workers.virtual("backup-wal");
  private final AtomicReference<Lsn> stopAt = new AtomicReference<>(NO_END);
  private final Cancellation stop = new Cancellation();

  /// @param slot name of the temporary slot, which `connection` must have made
  BackupWal(
      EngineContext context, ReplicationConnection connection, WalArchive archive, String slot) {
    this.context = context;
    this.connection = connection;
    this.archive = archive;
    this.slot = slot;
    this.version =
        WalVersion.ofMajor(connection.major())
            .orElseThrow(
                () ->
                    new BackupException(
                        ErrorCode.SERVER_VERSION_UNSUPPORTED,
                        "WAL of PostgreSQL " + connection.major() + " is not known",
                        "Use a version of Holdfast that supports it."));
  }

  /// Begins to stream from the segment that holds `start`, beside the backup.
  void streamFrom(Lsn start, int timeline) {
    worker.start(() -> stream(start, timeline));
  }

  /// Waits until the stream begun by [#streamFrom] has stored everything up to `end`.
  void finishStream(Lsn end) throws IOException {
    stopAt.set(end);
    worker.join();
  }

  /// Waits for a stream that somebody else runs; streams here what has not come in time.
  void awaitOrStream(Lsn start, Lsn end, int timeline) throws IOException {
    Instant deadline = context.clock().instant().plus(WAIT_FOR_STREAM);
    Duration poll = POLL_FIRST;
    Lsn stored = start;
    Instant movedAt = context.clock().instant();
    while (context.clock().instant().isBefore(deadline)) {
      context.cancellation().throwIfRequested();
      Lsn now = storedTo(start, timeline);
      if (!now.isBefore(end)) {
        StoredBefore.confirm(archive, timeline, start, end);
        return;
      }
      if (stored.isBefore(now)) {
        stored = now;
        movedAt = context.clock().instant();
      } else if (context.clock().instant().isAfter(movedAt.plus(STANDSTILL))) {
        break;
      }
      try {
        context.pause().await(poll);
        poll = poll.multipliedBy(2);
        poll = poll.compareTo(POLL_MAX) < 0 ? poll : POLL_MAX;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BackupException(ErrorCode.CANCELLED, "interrupted", "", e);
      }
    }
    context
        .progress()
        .note("no WAL stream has stored it in time, so the backup stores its own WAL");
    stopAt.set(end);
    stream(start, timeline);
  }

  /// Fails unless the archive has every byte.
  void requireCovered(Lsn start, Lsn end, int timeline) throws IOException {
    if (storedTo(start, timeline).isBefore(end)) {
      throw new BackupException(
          ErrorCode.WAL_GAP,
          "the WAL of the backup, " + start + " to " + end + ", is not complete in the repository",
          "Nothing was published. Run the backup again.");
    }
  }

  /// Which of some blocks replay of stored WAL writes whole. Both positions are those of records.
  ///
  /// @param suspects blocks by the path of their file
  ReplacedBlocks replacedBlocks(Lsn start, Lsn end, int timeline, Map<String, long[]> suspects)
      throws IOException {
    WalFormat format =
        new WalFormat(version, new WalSegmentSize(archive.lineage().segmentBytes()), timeline);
    try (InputStream bytes = new ArchivedWal(archive).read(timeline, start, end)) {
      return ReplacedBlocks.read(format, start, end, bytes, suspects);
    }
  }

  /// The end of what is stored without a gap from `start` on.
  private Lsn storedTo(Lsn start, int timeline) throws IOException {
    return new Lsn(
        WalCoverage.contiguousEnd(archive.ranges(timeline, start.value()), start.value()));
  }

  private void stream(Lsn start, int timeline) throws IOException {
    Lsn from = new WalSegmentSize(archive.lineage().segmentBytes()).floor(start);
    try (ArchivingSink sink =
        new ArchivingSink(
            archive, version, timeline, from, context.clock(), stopAt::get, stop::request)) {
      WalStreamer streamer = new WalStreamer(connection, context.clock(), context.pause());
      WalStreamer.End end = streamer.run(Optional.of(slot), from, timeline, sink, stop);
      sink.drain();
      switch (end) {
        case WalStreamer.End.Stopped _ -> {}
        case WalStreamer.End.TimelineEnded ended ->
            throw new BackupException(
                ErrorCode.SERVER_UNAVAILABLE,
                "the server went over to timeline " + ended.nextTimeline() + " during the backup",
                "Nothing was published. Run the backup again.");
      }
    }
  }

  @Override
  public void close() {
    stop.request();
    worker.close();
  }
}
