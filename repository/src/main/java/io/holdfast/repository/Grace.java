package io.holdfast.repository;

import io.holdfast.storage.BlobStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// G3 of the protocol: every session that had registered before the condemnation was published must
/// end, because it may rely on what is condemned. One that is silent for long is ended from here,
/// by claiming the slot it would commit in, and before G1 already, so that what it left can be
/// chosen.
final class Grace {
  private static final int CLAIMS_MAX = 100;
  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

  private final BlobStore store;
  private final RepositoryOptions options;
  private final SessionLog log;
  private final PrunePolicy policy;

  Grace(Repository repository, PrunePolicy policy) {
    this.store = repository.store();
    this.options = repository.options();
    this.log = repository.log();
    this.policy = policy;
  }

  /// Waits as long as the policy says. Sessions that register meanwhile are none of its business.
  ///
  /// @param state the published one
  /// @return sessions that have not ended
  List<SessionId> await(MaintenanceState state) throws IOException {
    List<SessionId> waiting =
        SessionTable.read(store, log, state).open().stream()
            .map(SessionTable.Standing::id)
            .toList();
    Instant begin = options.clock().instant();
    while (true) {
      waiting = stillOpen(waiting, state);
      Duration waited = Duration.between(begin, options.clock().instant());
      if (waiting.isEmpty() || waited.compareTo(policy.patience()) >= 0) {
        return waiting;
      }
      pause();
    }
  }

  private List<SessionId> stillOpen(List<SessionId> waiting, MaintenanceState state)
      throws IOException {
    if (waiting.isEmpty()) {
      return waiting;
    }
    SessionTable table = SessionTable.read(store, log, state);
    List<SessionId> open = new ArrayList<>();
    for (SessionTable.Standing standing : table.open()) {
      if (waiting.contains(standing.id()) && !(isSilent(standing) && end(standing))) {
        open.add(standing.id());
      }
    }
    return open;
  }

  /// Ends the sessions of a table that are silent, so that what they left can go at once.
  ///
  /// @return whether there was one
  boolean endSilent(SessionTable table) throws IOException {
    boolean ended = false;
    for (SessionTable.Standing standing : table.open()) {
      ended |= isSilent(standing) && end(standing);
    }
    return ended;
  }

  /// Whether a session counts as dead, if it has not ended.
  boolean isSilent(SessionTable.Standing standing) {
    Instant now = options.clock().instant();
    return standing
        .lastWritten()
        .map(time -> Duration.between(time, now).compareTo(policy.silence()) >= 0)
        .orElse(true);
  }

  /// Claims the session's next slot with KILL. A snapshot or a ping that gets there first shows
  /// that the session lives.
  private boolean end(SessionTable.Standing standing) throws IOException {
    int slot = standing.lastSlot() + 1;
    for (int claim = 0; claim < CLAIMS_MAX; claim++, slot++) {
      SnapshotId place = new SnapshotId(standing.id(), slot);
      SlotRecord kill = new SlotRecord.Kill(options.clock().instant(), standing.lastDigest());
      if (log.claim(place, log.seal(place, kill)) == ResolvedPut.Owner.OURS) {
        return true;
      }
      Optional<SessionLog.StoredSlot> claimed = log.find(place);
      if (claimed.isEmpty()) {
        return true;
      }
      SessionLog.StoredSlot found = claimed.get();
      if (found.record() instanceof SlotRecord.Close || found.record() instanceof SlotRecord.Kill) {
        return true;
      }
      standing =
          new SessionTable.Standing(
              standing.id(), slot, false, found.digest(), standing.lastWritten());
      if (!isOld(found.record())) {
        return false;
      }
    }
    return false;
  }

  private boolean isOld(SlotRecord record) {
    return Duration.between(record.writtenAt(), options.clock().instant())
            .compareTo(policy.silence())
        >= 0;
  }

  private void pause() throws InterruptedIOException {
    try {
      options.pause().await(LOOK_EVERY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for sessions to end");
    }
  }
}
