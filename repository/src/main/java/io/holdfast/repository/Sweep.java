package io.holdfast.repository;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.BlobStat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// G6 of the protocol: deletes what a published state has made meaningless, as late as it likes and
/// as often as it likes. What the store will not delete, for example because it is locked, is left
/// for the next run. Nothing is decided here.
final class Sweep {
  private final BlobStore store;
  private final MaintenanceState state;
  private final Deletions deletions;

  /// @param state a published one
  Sweep(BlobStore store, MaintenanceState state) {
    this.store = store;
    this.state = state;
    this.deletions = new Deletions(store);
  }

  Deletions deletions() {
    return deletions;
  }

  /// Packs first: they are what takes room.
  void run() throws IOException {
    deleteAll(
        ObjectNames.PACKS,
        blob -> ObjectNames.parsePack(blob.key()).filter(state.buried()::contains).isPresent());
    // Those of sessions that are kept have been absorbed by a base shard.
    deleteAll(
        ObjectNames.DELTAS,
        blob ->
            ObjectNames.parseDelta(blob.key())
                .filter(delta -> state.isBelowFloor(delta.session()))
                .isPresent());
    Set<String> named = new HashSet<>(state.bases());
    deleteAll(ObjectNames.BASES, blob -> isPassedOver(blob, named));
    deleteAll(
        ObjectNames.LOG,
        blob ->
            ObjectNames.parseLog(blob.key())
                .filter(place -> state.isSealed(place.session()))
                .isPresent());
    // Last: a tombstone may go only when the slot it speaks of is gone.
    Set<SnapshotId> slots = new HashSet<>();
    store.list(ObjectNames.LOG, blob -> ObjectNames.parseLog(blob.key()).ifPresent(slots::add));
    deleteAll(
        ObjectNames.FORGOTTEN,
        blob ->
            ObjectNames.parseForgotten(blob.key())
                .filter(id -> state.isSealed(id.session()) && !slots.contains(id))
                .isPresent());
  }

  /// A shard that no state will name any more: it was written for one that has been published, or
  /// that somebody else has published in its place.
  private boolean isPassedOver(BlobStat blob, Set<String> named) {
    String id = blob.key().value().substring(ObjectNames.BASES.length());
    return Hex16.isHex(id) && !named.contains(id) && ShardWriter.numberOf(id) <= state.number();
  }

  private void deleteAll(String prefix, Predicate<BlobStat> gone) throws IOException {
    List<BlobStat> found = new ArrayList<>();
    store.list(
        prefix,
        blob -> {
          if (gone.test(blob)) {
            found.add(blob);
          }
        });
    for (BlobStat blob : found) {
      deletions.delete(blob.key(), blob.bytes());
    }
  }
}
