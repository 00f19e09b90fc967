package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.repository.Repository;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.time.Duration;
import java.time.Instant;
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

  private final EngineContext context;
  private final Repository repository;
  private Optional<StreamAttempt.Standing> standing = Optional.empty();
  private Optional<Instant> awaySince = Optional.empty();

  public WalStreaming(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// Runs until cancellation; throws only what waiting cannot mend.
  ///
  /// @throws BackupException `SLOT_LOST` when the slot was dropped to protect the database, or the
  ///   server gave it up
  public void run(Settings settings, String slot, OverflowPolicy policy) {
    ReplicationConnection.requireSlotName(slot);
    ConnectionUrl url = ConnectionUrl.parse(settings.requireDirectUrl());
    if (url.looksLikePooler()) {
      throw new BackupException(
          ErrorCode.POOLER_URL,
          url + " is the address of a connection pooler",
          "Replication cannot pass a pooler: put the server's own address into DIRECT_URL or --direct-url.");
    }
    SlotGuard guard = new SlotGuard(context, url, slot, policy);
    try (Workers watching = Workers.virtual("slot-guard")) {
      watching.start(guard::run);
      Optional<BackupException> failure = streamAll(settings, url, slot, guard);
      guard.stop();
      watching.join();
      Optional<BackupException> lost = guard.lost();
      if (lost.isPresent()) {
        failure.filter(f -> !f.equals(lost.get())).ifPresent(lost.get()::addSuppressed);
        noteInterruption(lost.get());
        throw lost.get();
      }
      if (failure.isPresent()) {
        throw failure.get();
      }
    } catch (IOException e) {
      throw Failures.toBackupException("wal stream", e);
    }
  }

  /// Streams until cancellation, until the slot is lost, or until something fails that waiting
  /// cannot mend.
  private Optional<BackupException> streamAll(
      Settings settings, ConnectionUrl url, String slot, SlotGuard guard) {
    Duration pause = FIRST_PAUSE;
    boolean everConnected = false;
    while (goesOn(guard)) {
      StreamAttempt attempt =
          new StreamAttempt(context, repository, settings, url, slot, guard, awaySince);
      try {
        attempt.run();
        pause = FIRST_PAUSE;
      } catch (IOException e) {
        pause = waitAfter(Failures.toBackupException("wal stream", e), attempt, guard, pause);
      } catch (BackupException e) {
        boolean waitingHelps =
            e.code().kind() == ErrorKind.UNAVAILABLE
                && e.code() != ErrorCode.SLOT_LOST
                && (everConnected || attempt.hasConnected());
        if (!waitingHelps && !(everConnected && e.code() == ErrorCode.SLOT_IN_USE)) {
          return Optional.of(e);
        }
        pause = waitAfter(e, attempt, guard, pause);
      } catch (ClosedSelectorException e) {
        // The guard closed the connection while it was read.
        if (guard.lost().isEmpty()) {
          throw e;
        }
      } finally {
        standing = attempt.standing().or(() -> standing);
      }
      everConnected |= attempt.hasConnected();
    }
    return Optional.empty();
  }

  private boolean goesOn(SlotGuard guard) {
    return !context.cancellation().isRequested() && guard.lost().isEmpty();
  }

  /// Says in the archive why it ends here. The database is safe already, so a store that cannot
  /// take the note is only reported.
  private void noteInterruption(BackupException lost) {
    try {
      if (standing.isPresent()) {
        WalArchive archive = standing.get().archive();
        int timeline = standing.get().timeline();
        long end = 0;
        for (WalRange range : archive.ranges(timeline)) {
          end = Long.compareUnsigned(end, range.end()) < 0 ? range.end() : end;
        }
        var interruption =
            new Interruptions.Interruption(new Lsn(end), context.clock().instant(), lost.text());
        Interruptions.note(archive, timeline, interruption);
      }
    } catch (IOException | BackupException e) {
      lost.addSuppressed(e);
      LOG.warn("the archive could not be told why it ends here: {}", e.toString());
    }
  }

  private Duration waitAfter(
      BackupException e, StreamAttempt attempt, SlotGuard guard, Duration before) {
    Duration pause = attempt.hasReceived() ? FIRST_PAUSE : before;
    if (attempt.hasConnected() || awaySince.isEmpty()) {
      awaySince = Optional.of(context.clock().instant());
    }
    LOG.warn("{}: {}; trying again in {} s", e.code().label(), e.text(), pause.toMillis() / 1000.0);
    try {
      Duration left = pause;
      while (left.isPositive() && goesOn(guard)) {
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
}
