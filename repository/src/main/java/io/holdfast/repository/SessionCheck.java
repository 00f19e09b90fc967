package io.holdfast.repository;

import io.holdfast.repository.Finding.Kind;
import io.holdfast.repository.IndexLoader.Loaded;
import io.holdfast.repository.SessionLog.StoredSlot;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.NoSuchBlobException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Checks `log/` and `idx/d/`: slots without gaps that name each other, deltas that the snapshots
/// announce, roots that the index knows, no data of sessions that have no slot.
final class SessionCheck {
  private final Verification.Parts parts;
  private final Loaded loaded;
  private final Set<SnapshotId> deltas = new HashSet<>();
  private final Set<SnapshotId> forgotten = new HashSet<>();
  private @Nullable Set<DomainId> shredded;

  SessionCheck(Verification.Parts parts, Loaded loaded) {
    this.parts = parts;
    this.loaded = loaded;
  }

  void run(List<Finding> findings) throws IOException {
    forgotten.addAll(parts.maintenance().forgotten());
    Map<SessionId, TreeSet<Integer>> sessions = new TreeMap<>();
    List<BlobStat> slots = list(ObjectNames.LOG);
    for (BlobStat object : slots) {
      Optional<SnapshotId> place = ObjectNames.parseLog(object.key());
      if (place.isEmpty()) {
        findings.add(stray(object));
      } else if (!loaded.state().isSealed(place.get().session())) {
        // Of a sealed session nothing counts, and maintenance may be taking it away.
        if (object.bytes() > SlotRecord.OBJECT_BYTES_MAX) {
          String tooLong = "it has " + object.bytes() + " bytes";
          findings.add(new Finding(Kind.DAMAGED, object.key().value(), tooLong));
        } else {
          sessions
              .computeIfAbsent(place.get().session(), _ -> new TreeSet<>())
              .add(place.get().slot());
        }
      }
    }
    for (BlobStat object : list(ObjectNames.DELTAS)) {
      ObjectNames.parseDelta(object.key())
          .ifPresentOrElse(deltas::add, () -> findings.add(stray(object)));
    }
    for (Map.Entry<SessionId, TreeSet<Integer>> session : sessions.entrySet()) {
      checkSession(session.getKey(), session.getValue(), findings);
    }
    LostSessions lost = new LostSessions(parts.store(), parts.maintenance(), slots);
    for (CorruptRepositoryException session : lost.byDeltasAndPacks()) {
      findings.add(Finding.of(session, ObjectNames.LOG));
    }
  }

  private List<BlobStat> list(String prefix) throws IOException {
    List<BlobStat> objects = new ArrayList<>();
    parts.store().list(prefix, objects::add);
    return objects;
  }

  private static Finding stray(BlobStat object) {
    return new Finding(Kind.STRAY, object.key().value(), "nothing has such a name");
  }

  private void checkSession(SessionId session, SortedSet<Integer> slots, List<Finding> findings)
      throws IOException {
    Digest previous = Digest.zero();
    int expected = 0;
    boolean chained = true;
    for (int slot : slots) {
      if (slot != expected) {
        String name = ObjectNames.log(session, expected).value();
        findings.add(new Finding(Kind.MISSING, name, "the slot before " + slot + " is missing"));
        chained = false;
      }
      Optional<StoredSlot> read = read(new SnapshotId(session, slot), findings);
      if (read.isPresent()) {
        if (chained && !read.get().record().previous().equals(previous)) {
          String name = ObjectNames.log(session, slot).value();
          findings.add(
              new Finding(Kind.DAMAGED, name, "it follows another slot than the one before it"));
        }
        checkSlot(new SnapshotId(session, slot), read.get().record(), findings);
        previous = read.get().digest();
      }
      chained = read.isPresent();
      expected = slot + 1;
    }
  }

  private Optional<StoredSlot> read(SnapshotId place, List<Finding> findings) throws IOException {
    String name = ObjectNames.log(place.session(), place.slot()).value();
    try {
      return Optional.of(parts.log().read(place));
    } catch (CorruptRepositoryException e) {
      findings.add(Finding.of(e, name));
    } catch (NoSuchBlobException e) {
      findings.add(new Finding(Kind.MISSING, name, "the slot is gone"));
    }
    return Optional.empty();
  }

  private void checkSlot(SnapshotId place, SlotRecord record, List<Finding> findings)
      throws IOException {
    String name = ObjectNames.log(place.session(), place.slot()).value();
    if ((place.slot() == 0) != (record instanceof SlotRecord.Open)) {
      findings.add(new Finding(Kind.DAMAGED, name, "OPEN belongs into slot 0 and nowhere else"));
    }
    if (!(record instanceof SlotRecord.Snapshot snapshot) || forgotten.contains(place)) {
      return;
    }
    if (!hasKeys(snapshot.record(), findings)) {
      return;
    }
    // Below the floor the base shards have absorbed them.
    int expected = loaded.state().isBelowFloor(place.session()) ? 0 : snapshot.deltas();
    for (int n = 0; n < expected; n++) {
      if (!deltas.contains(new SnapshotId(place.session(), n))) {
        String delta = ObjectNames.delta(place.session(), n).value();
        findings.add(
            new Finding(Kind.MISSING, delta, "backup " + snapshot.record().name() + " needs it"));
      }
    }
    for (Map.Entry<String, ChunkId> root : snapshot.record().roots().entrySet()) {
      if (!loaded.index().contains(ChunkType.ROOT, root.getValue())) {
        findings.add(
            new Finding(
                Kind.MISSING,
                name,
                "the root of tree "
                    + root.getKey()
                    + " of backup "
                    + snapshot.record().name()
                    + " is in no pack"));
      }
    }
  }

  /// False if nothing more can be said of the backup.
  private boolean hasKeys(SnapshotRecord backup, List<Finding> findings) throws IOException {
    DomainId id = parts.root().domainId(backup.domain());
    if (Domain.isShreddable(backup.domain()) && shredded().contains(id)) {
      return false;
    }
    try {
      if (parts.domains().find(id).isEmpty()) {
        String keys = ObjectNames.domain(id, 1).value();
        String problem = "without it backup " + backup.name() + " cannot be read";
        findings.add(new Finding(Kind.MISSING, keys, problem));
      }
    } catch (CorruptRepositoryException _) {
      // Found among the keys.
      return true;
    }
    return true;
  }

  private Set<DomainId> shredded() throws IOException {
    Set<DomainId> known = shredded;
    if (known == null) {
      known = parts.domains().shreds().all().keySet();
      shredded = known;
    }
    return known;
  }
}
