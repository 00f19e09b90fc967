package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Invariant;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.config.Settings;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.sql.ServerFacts;
import io.holdfast.postgres.sql.ServerFacts.Slot;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.stream.WalStreamer;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalFileName;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalVersion;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.postgres.wire.ReplicationConnection.SlotLife;
import io.holdfast.postgres.wire.ReplicationConnection.SystemIdentity;
import io.holdfast.repository.Repository;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection's worth of streaming. *Confined*.
final class StreamAttempt {
  private static final Logger LOG = LoggerFactory.getLogger(StreamAttempt.class);
  private static final Lsn NO_END = new Lsn(-1L);

  private final EngineContext context;
  private final Repository repository;
  private final Settings settings;
  private final ConnectionUrl url;
  private final String slot;
  private final SlotGuard guard;
  private final Optional<Instant> awaySince;
  private boolean connected;
  private boolean received;
  private Optional<Standing> standing = Optional.empty();

  StreamAttempt(
      EngineContext context,
      Repository repository,
      Settings settings,
      ConnectionUrl url,
      String slot,
      SlotGuard guard,
      Optional<Instant> awaySince) {
    this.context = context;
    this.repository = repository;
    this.settings = settings;
    this.url = url;
    this.slot = slot;
    this.guard = guard;
    this.awaySince = awaySince;
  }

  /// Whether the server let us stream.
  boolean hasConnected() {
    return connected;
  }

  /// Whether any WAL came.
  boolean hasReceived() {
    return received;
  }

  /// What was written to last.
  Optional<Standing> standing() {
    return standing;
  }

  /// Streams until cancellation; fails with what ended the connection.
  void run() throws IOException {
    try (ReplicationConnection connection =
        ReplicationConnection.open(url, "holdfast wal stream")) {
      SystemIdentity identity = connection.identifySystem();
      CurrentCluster.require(
          repository, settings.source(), identity.systemIdentifier(), "the server at " + url);
      int segmentBytes = (int) WalSizes.bytes(connection.show("wal_segment_size"));
      WalArchive archive =
          SourceWal.open(repository, settings.source(), identity.systemIdentifier(), segmentBytes);
      WalVersion version =
          WalVersion.ofMajor(connection.major())
              .orElseThrow(() -> new IllegalStateException("version was checked on connecting"));
      StreamPosition position = begin(connection, archive, identity);
      connected = true;
      standing = Optional.of(new Standing(archive, position.timeline()));
      awaySince.ifPresent(
          since ->
              LOG.info(
                  "connected again after {} s",
                  Duration.between(since, context.clock().instant()).toSeconds()));
      LOG.info(
          "streaming WAL of {} from {} on timeline {}, slot {}",
          url,
          position.start(),
          position.timeline(),
          slot);
      while (!context.cancellation().isRequested()) {
        storeHistory(connection, archive, position.timeline());
        Optional<StreamPosition> next = stream(connection, archive, version, position);
        if (next.isEmpty()) {
          return;
        }
        position = next.get();
        standing = Optional.of(new Standing(archive, position.timeline()));
      }
    }
  }

  /// The archive that a stream writes to.
  record Standing(WalArchive archive, int timeline) {}

  /// Where to begin: after what the archive has, as far as the server still has it; a slot is made
  /// where there is none.
  private StreamPosition begin(
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
    StreamPosition position =
        StreamPosition.after(archive, history(connection, identity.timeline()), reserved);
    warnOfGap(archive.ranges(position.timeline()), position.start());
    return position;
  }

  private static TimelineHistory history(ReplicationConnection connection, int timeline)
      throws IOException {
    return timeline == 1
        ? TimelineHistory.root(1)
        : TimelineHistory.parse(
            timeline, new String(connection.timelineHistory(timeline), StandardCharsets.UTF_8));
  }

  private void warnOfGap(List<WalRange> ranges, Lsn start) {
    ranges.stream()
        .map(range -> new Lsn(range.end()))
        .max(Lsn::compareTo)
        .filter(end -> end.isBefore(start))
        .ifPresent(
            end ->
                LOG.warn(
                    "the server no longer has WAL from {} to {}: there is a gap in the archive."
                        + " Take a new backup: until then nothing after it can be recovered",
                    end,
                    start));
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

  private void storeHistory(ReplicationConnection connection, WalArchive archive, int timeline)
      throws IOException {
    String name = new WalFileName.History(timeline).toString();
    if (timeline > 1) {
      // Also where it is listed: it may not be durable yet.
      archive.putFile(name, connection.timelineHistory(timeline));
    }
  }

  private Optional<StreamPosition> stream(
      ReplicationConnection connection,
      WalArchive archive,
      WalVersion version,
      StreamPosition position)
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
      guard.attach(connection, sink);
      WatchedSink watched = new WatchedSink(archive, position.timeline(), sink);
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
          yield Optional.of(
              StreamPosition.inTimeline(archive, ended.nextTimeline(), start, ended.switchedAt()));
        }
      };
    } finally {
      guard.detach();
    }
  }
}
