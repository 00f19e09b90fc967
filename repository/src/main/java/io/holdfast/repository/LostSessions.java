package io.holdfast.repository;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.BlobStat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Sessions of which index deltas or packs are left, and no slot. A session's slot 0 is written
/// before anything else of it, so what is left proves that slots were taken away: whatever backups
/// the session had are gone from the list, and only that is certain.
final class LostSessions {
  private final BlobStore store;
  private final MaintenanceLog maintenance;
  private final Set<SessionId> known = new HashSet<>();

  /// @param slots a listing of `log/`
  LostSessions(BlobStore store, MaintenanceLog maintenance, Collection<BlobStat> slots) {
    this.store = store;
    this.maintenance = maintenance;
    for (BlobStat slot : slots) {
      ObjectNames.parseLog(slot.key()).ifPresent(place -> known.add(place.session()));
    }
  }

  /// By the deltas: every session that added something has one, and they are few.
  List<CorruptRepositoryException> byDeltas() throws IOException {
    return lost(withDeltas());
  }

  /// By the deltas and the packs; lists every pack.
  List<CorruptRepositoryException> byDeltasAndPacks() throws IOException {
    Set<SessionId> left = withDeltas();
    store.list(
        ObjectNames.PACKS,
        blob -> ObjectNames.parsePack(blob.key()).ifPresent(pack -> left.add(pack.session())));
    return lost(left);
  }

  private Set<SessionId> withDeltas() throws IOException {
    Set<SessionId> left = new TreeSet<>();
    store.list(
        ObjectNames.DELTAS,
        blob -> ObjectNames.parseDelta(blob.key()).ifPresent(delta -> left.add(delta.session())));
    return left;
  }

  private List<CorruptRepositoryException> lost(Set<SessionId> left) throws IOException {
    List<SessionId> without = new ArrayList<>();
    for (SessionId session : left) {
      // One that began while we listed has its slot by now.
      if (!known.contains(session) && store.stat(ObjectNames.log(session, 0)).isEmpty()) {
        without.add(session);
      }
    }
    if (without.isEmpty()) {
      return List.of();
    }
    // Read last: the slots of a session are taken away only after it was sealed.
    MaintenanceState state = maintenance.newest().state();
    return without.stream()
        .filter(session -> !state.isSealed(session))
        .map(
            session ->
                CorruptRepositoryException.missing(
                    ObjectNames.log(session, 0)
                        + " is missing, though data of its session is stored: it may have been a"
                        + " backup"))
        .toList();
  }
}
