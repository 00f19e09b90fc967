package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.stream.WalSink;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalIndexer;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalTime;
import io.holdfast.postgres.wal.WalVersion;
import io.holdfast.repository.wal.PutOutcome;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/// Streamed WAL into the archive: collects cuts, reads each for the index of commits and restore
/// points, stores both in one object. What is not durable yet is never reported as durable.
public final class ArchivingSink implements WalSink, AutoCloseable {
  private final WalArchive archive;
  private final int timeline;
  private final WalIndexer indexer;
  private final WalCollector collector;
  private final AtomicReference<ServerPosition> server =
      new AtomicReference<>(new ServerPosition(new Lsn(0), 0));
  private final AtomicLong storedBytes = new AtomicLong();
  private final Supplier<Lsn> until;
  private final Runnable whenReached;
  private boolean reached;

  /// @param until position after which nothing more is needed; may become known while WAL flows
  /// @param whenReached called once when everything before `until` was received
  public ArchivingSink(
      WalArchive archive,
      WalVersion version,
      int timeline,
      Lsn start,
      InstantSource clock,
      Supplier<Lsn> until,
      Runnable whenReached) {
    this.archive = archive;
    this.timeline = timeline;
    this.until = until;
    this.whenReached = whenReached;
    int segmentBytes = archive.lineage().segmentBytes();
    WalFormat format =
        new WalFormat(
            version,
            new WalSegmentSize(segmentBytes),
            timeline,
            OptionalLong.of(archive.lineage().systemIdentifier()));
    this.indexer = WalIndexer.anywhere(format, start);
    this.collector = new WalCollector(start, segmentBytes, clock, this::store);
  }

  @Override
  public void wal(Lsn start, byte[] bytes, int offset, int length) throws IOException {
    collector.accept(start, bytes, offset, length);
    stopIfReached();
  }

  @Override
  public void tick(ServerPosition position) throws IOException {
    server.set(position);
    collector.tick();
    stopIfReached();
  }

  private void stopIfReached() {
    if (!reached && !collector.received().isBefore(until.get())) {
      reached = true;
      whenReached.run();
    }
  }

  @Override
  public Lsn durable() {
    return collector.durable();
  }

  public Lsn received() {
    return collector.received();
  }

  public ServerPosition server() {
    return server.get();
  }

  public long storedBytes() {
    return storedBytes.get();
  }

  /// Stores everything that was received.
  public void drain() throws IOException {
    collector.drain();
  }

  /// Gives up, from any thread: what is not stored yet is lost, and whoever uses this gets
  /// `because`.
  void abandon(BackupException because) {
    collector.abandon(because);
  }

  /// Runs on the storing worker, one cut after the other.
  private void store(Lsn start, byte[] bytes, int length) throws IOException {
    indexer.accept(ByteBuffer.wrap(bytes, 0, length));
    Lsn end = start.plus(length);
    byte[] summary = indexer.cut(observedAt(end)).encode();
    WalRange range = new WalRange(timeline, start.value(), end.value());
    PutOutcome outcome = archive.put(range, bytes, 0, length, summary);
    storedBytes.addAndGet(length);
    if (outcome == PutOutcome.CONFLICT) {
      throw new BackupException(
          ErrorCode.WAL_CONFLICT,
          "the archive holds other WAL for timeline "
              + Integer.toUnsignedString(timeline)
              + " "
              + start
              + " to "
              + end,
          "Two servers write under one source name and system identifier. Both versions are kept;"
              + " give one of them another --source, or stop it.");
    }
  }

  /// A cut that reaches the end of the server's WAL says how fresh the archive is.
  private Optional<Instant> observedAt(Lsn end) {
    ServerPosition position = server.get();
    return position.clockMicros() != 0 && !end.isBefore(position.end())
        ? Optional.of(WalTime.instant(position.clockMicros()))
        : Optional.empty();
  }

  @Override
  public void close() {
    collector.close();
  }
}
