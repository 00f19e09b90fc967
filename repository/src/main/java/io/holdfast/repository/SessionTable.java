package io.holdfast.repository;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.NoSuchBlobException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// The sessions that a listing of `log/` shows, and how each stands. *Immutable.*
///
/// @param slots the listing
/// @param sessions without those that are sealed
record SessionTable(List<BlobStat> slots, SortedMap<SessionId, Standing> sessions) {
  SessionTable {
    slots = List.copyOf(slots);
  }

  /// One session.
  ///
  /// @param lastSlot the highest slot that is there
  /// @param ended whether it closed itself or was killed: it can never commit again
  /// @param lastWritten when the last slot was written, by its writer's clock; empty if that cannot
  ///   be read
  record Standing(
      SessionId id, int lastSlot, boolean ended, Digest lastDigest, Optional<Instant> lastWritten) {
    private Standing asEnded() {
      return new Standing(id, lastSlot, true, lastDigest, lastWritten);
    }
  }

  /// Lists, then reads the last slot of each session.
  static SessionTable read(BlobStore store, SessionLog log, MaintenanceState state)
      throws IOException {
    List<BlobStat> slots = new ArrayList<>();
    store.list(ObjectNames.LOG, slots::add);
    SortedMap<SessionId, Integer> last = new TreeMap<>();
    for (BlobStat slot : slots) {
      ObjectNames.parseLog(slot.key())
          .filter(place -> !state.isSealed(place.session()))
          .ifPresent(place -> last.merge(place.session(), place.slot(), Math::max));
    }
    SortedMap<SessionId, Standing> sessions = new TreeMap<>();
    for (var session : last.entrySet()) {
      sessions.put(session.getKey(), standing(log, session.getKey(), session.getValue()));
    }
    return new SessionTable(slots, sessions);
  }

  private static Standing standing(SessionLog log, SessionId id, int lastSlot) throws IOException {
    try {
      SessionLog.StoredSlot stored = log.read(new SnapshotId(id, lastSlot));
      boolean ended =
          switch (stored.record()) {
            case SlotRecord.Close _, SlotRecord.Kill _ -> true;
            case SlotRecord.Open _, SlotRecord.Snapshot _, SlotRecord.Ping _ -> false;
          };
      return new Standing(
          id, lastSlot, ended, stored.digest(), Optional.of(stored.record().writtenAt()));
    } catch (CorruptRepositoryException | NoSuchBlobException e) {
      // Nobody knows whether it ended. It can be ended for certain.
      return new Standing(id, lastSlot, false, Digest.zero(), Optional.empty());
    }
  }

  boolean isEnded(SessionId id) {
    Standing standing = sessions.get(id);
    return standing != null && standing.ended();
  }

  /// The same table with what would be so after these sessions were ended.
  SessionTable withEnded(Predicate<Standing> dead) {
    SortedMap<SessionId, Standing> then = new TreeMap<>(sessions);
    then.replaceAll((_, standing) -> dead.test(standing) ? standing.asEnded() : standing);
    return new SessionTable(slots, then);
  }

  /// Sessions that could still commit.
  List<Standing> open() {
    return sessions.values().stream().filter(standing -> !standing.ended()).toList();
  }
}
