package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.base.Invariant;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.sql.ServerFacts;
import io.holdfast.postgres.sql.ServerFacts.Slot;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.stream.WalStreamer;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalVersion;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.postgres.wire.ReplicationConnection.SlotLife;
import io.holdfast.postgres.wire.ReplicationConnection.SystemIdentity;
import io.holdfast.repository.Repository;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Streams WAL from a slot into the archive until it is asked to stop. A server that goes away is
/// waited for, with growing pauses; a timeline that ends is followed to the next. The slot holds
/// back WAL on the server until the archive has it.
public final class WalStreaming {
  private static final Logger LOG = LoggerFactory.getLogger(WalStreaming.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration SLICE = Duration.ofMillis(200);
  private static final Lsn NO_END = new Lsn(-1L);

  private final EngineContext context;
  private final Repository repository;

  public WalStreaming(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// Runs until cancellation; throws only what waiting cannot mend.
  public void run(Settings settings, String slot, OverflowPolicy policy) {
    ConnectionUrl url = ConnectionUrl.parse(settings.requireDirectUrl());
    if (url.looksLikePooler()) {
      throw new BackupException(
          ErrorCode.POOLER_URL,
          url + " is the address of a connection pooler",
          "Replication cannot pass a pooler: put the server's own address into DIRECT_URL or --direct-url.");
    }
    Duration pause = FIRST_PAUSE;
    boolean everConnected = false;
    while (!context.cancellation().isRequested()) {
      StreamAttempt attempt = new StreamAttempt(settings, url, slot, policy);
      try {
        attempt.run();
        pause = FIRST_PAUSE;
      } catch (IOException e) {
        pause = waitAfter(Failures.toBackupException("wal stream", e), attempt, pause);
      } catch (BackupException e) {
        boolean waitingHelps =
            e.code().kind() == ErrorKind.UNAVAILABLE
                && e.code() != ErrorCode.SLOT_LOST
                && (everConnected || attempt.connected);
        if (!waitingHelps && !(everConnected && e.code() == ErrorCode.SLOT_IN_USE)) {
          throw e;
        }
        pause = waitAfter(e, attempt, pause);
      }
      everConnected |= attempt.connected;
    }
  }

  private Duration waitAfter(BackupException e, StreamAttempt attempt, Duration before) {
    Duration pause = attempt.received ? FIRST_PAUSE : before;
    LOG.warn("{}: {}; trying again in {} s", e.code().label(), e.text(), pause.toMillis() / 1000.0);
    try {
      Duration left = pause;
      while (left.isPositive() && !context.cancellation().isRequested()) {
        context.pause().await(left.compareTo(SLICE) < 0 ? left : SLICE);
        left = left.minus(SLICE);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      context.cancellation().request();
    }
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
  }

  /// One connection's worth of streaming.
  private final class StreamAttempt {
    private final Settings settings;
    private final ConnectionUrl url;
    private final String slot;
    private final OverflowPolicy policy;
    private boolean connected;
    private boolean received;

    StreamAttempt(Settings settings, ConnectionUrl url, String slot, OverflowPolicy policy) {
      this.settings = settings;
      this.url = url;
      this.slot = slot;
      this.policy = policy;
    }

    void run() throws IOException {
      try (ReplicationConnection connection =
          ReplicationConnection.open(url, "holdfast wal stream")) {
        SystemIdentity identity = connection.identifySystem();
        int segmentBytes = (int) WalSizes.bytes(connection.show("wal_segment_size"));
        WalArchive archive =
            SourceWal.open(
                repository, settings.source(), identity.systemIdentifier(), segmentBytes);
        WalVersion version =
            WalVersion.ofMajor(connection.major())
                .orElseThrow(() -> new IllegalStateException("version was checked on connecting"));
        Position position = begin(connection, archive, identity);
        connected = true;
        LOG.info(
            "streaming WAL of {} from {} on timeline {}, slot {}",
            url,
            position.start(),
            position.timeline(),
            slot);
        while (!context.cancellation().isRequested()) {
          storeHistory(connection, archive, position.timeline());
          Optional<Position> next = stream(connection, archive, version, position);
          if (next.isEmpty()) {
            return;
          }
          position = next.get();
        }
      }
    }

    /// Where to begin: after what the archive has, as far as the server still has it; a slot is
    /// made where there is none.
    private Position begin(
        ReplicationConnection connection, WalArchive archive, SystemIdentity identity)
        throws IOException {
      Optional<Slot> existing = findSlot();
      if (existing.isEmpty()) {
        connection.createPhysicalSlot(slot, SlotLife.PERMANENT);
        existing = findSlot();
        LOG.info("made replication slot {}", slot);
      }
      existing.ifPresent(this::requireUsable);
      Lsn reserved = existing.flatMap(Slot::restart).orElse(identity.flushed());
      WalSegmentSize size = new WalSegmentSize(archive.lineage().segmentBytes());
      Lsn floor = size.floor(reserved);
      int timeline = timelineOf(archive, identity, floor);
      Lsn held = new Lsn(WalCoverage.contiguousEnd(archive.ranges(timeline), floor.value()));
      return new Position(timeline, floor.isBefore(held) ? held : floor);
    }

    private Optional<Slot> findSlot() {
      try (SqlConnection sql = SqlConnection.open(url, "holdfast wal stream")) {
        return ServerFacts.slots(sql).stream().filter(s -> s.name().equals(slot)).findFirst();
      }
    }

    private void requireUsable(Slot found) {
      if (!found.type().equals("physical")) {
        throw new BackupException(
            ErrorCode.SLOT_IN_USE,
            "replication slot " + slot + " is a logical one",
            "Choose another name with --slot.");
      }
      if (found.active()) {
        throw new BackupException(
            ErrorCode.SLOT_IN_USE,
            "replication slot " + slot + " is in use by another connection",
            "Stop the other 'holdfast wal stream', or choose another slot with --slot.");
      }
      if (found.walStatus().equals("lost")) {
        throw new BackupException(
            ErrorCode.SLOT_LOST,
            "the server has removed WAL that slot " + slot + " still needed",
            "There is a gap in the archive. Drop the slot (SELECT pg_drop_replication_slot('"
                + slot
                + "')), start the stream again, and take a new backup.");
      }
    }

    /// The newest timeline of which the archive holds WAL that goes on from `floor`, else the
    /// server's own: a stream that was away while the timeline changed must first fetch the rest of
    /// the old one.
    private int timelineOf(WalArchive archive, SystemIdentity identity, Lsn floor)
        throws IOException {
      int newest = 0;
      for (int timeline : archive.timelines()) {
        if (timeline <= identity.timeline()
            && Long.compareUnsigned(
                    WalCoverage.contiguousEnd(archive.ranges(timeline), floor.value()),
                    floor.value())
                > 0) {
          newest = Math.max(newest, timeline);
        }
      }
      return newest == 0 ? identity.timeline() : newest;
    }

    private void storeHistory(ReplicationConnection connection, WalArchive archive, int timeline)
        throws IOException {
      String name = String.format(Locale.ROOT, "%08X.history", timeline);
      if (timeline > 1 && archive.file(name).isEmpty()) {
        archive.putFile(name, connection.timelineHistory(timeline));
      }
    }

    private Optional<Position> stream(
        ReplicationConnection connection, WalArchive archive, WalVersion version, Position position)
        throws IOException {
      try (ArchivingSink sink =
          new ArchivingSink(
              archive,
              version,
              position.timeline(),
              position.start(),
              context.clock(),
              () -> NO_END,
              () -> {})) {
        WatchedSink watched =
            new WatchedSink(
                archive, position.timeline(), sink, new SlotWatch(context, url, slot, policy));
        WalStreamer streamer = new WalStreamer(connection, context.clock(), context.pause());
        WalStreamer.End end =
            streamer.run(
                Optional.of(slot),
                position.start(),
                position.timeline(),
                watched,
                context.cancellation());
        received = !sink.received().equals(position.start());
        sink.drain();
        return switch (end) {
          case WalStreamer.End.Stopped _ -> {
            watched.noteIfComplete();
            streamer.finish(sink);
            LOG.info("stopped; everything up to {} is stored", sink.durable());
            yield Optional.empty();
          }
          case WalStreamer.End.TimelineEnded ended -> {
            LOG.info(
                "timeline {} ended at {}; going on with timeline {}",
                position.timeline(),
                ended.switchedAt(),
                ended.nextTimeline());
            Invariant.check(
                ended.nextTimeline() > position.timeline(), "a timeline follows an older one");
            Lsn start =
                new WalSegmentSize(archive.lineage().segmentBytes()).floor(ended.switchedAt());
            Lsn held =
                new Lsn(
                    WalCoverage.contiguousEnd(archive.ranges(ended.nextTimeline()), start.value()));
            yield Optional.of(
                new Position(ended.nextTimeline(), start.isBefore(held) ? held : start));
          }
        };
      }
    }
  }

  /// Where a stream goes on.
  private record Position(int timeline, Lsn start) {}
}
