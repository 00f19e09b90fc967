package io.holdfast.repository;

import io.holdfast.repository.Finding.Kind;
import io.holdfast.repository.IndexLoader.Loaded;
import io.holdfast.repository.IndexLoader.Use;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.NoSuchBlobException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What there is and what of it cannot be read, for repair: as [Census], but damage does not end
/// it. Read in the order of the fields. *Confined.*
///
/// Memory: the tables of all packs that no readable index object names, 48 bytes for each chunk.
final class RepairSurvey {
  final MaintenanceLog.Newest newest;
  final List<Long> damagedStates;
  final SessionTable sessions;

  /// Shards and deltas that cannot be read or are missing.
  final List<Finding> indexDamage;

  /// Index objects that could be read.
  final Set<String> readable = new HashSet<>();

  /// Sessions of damaged or missing deltas.
  final TreeSet<SessionId> sessionsWithoutDelta = new TreeSet<>();

  final ChunkIndex index;
  final Map<PackId, Long> stored = new HashMap<>();
  final Repository.SnapshotListing listing;

  /// Whether every pack is known that was ever given free for deletion.
  final boolean historyKnown;

  /// Tables of packs that no readable index object names.
  final List<PackSection> rebuilt = new ArrayList<>();

  final List<Finding> unreadable = new ArrayList<>();
  final List<Finding> withdrawn = new ArrayList<>();
  final List<Finding> held = new ArrayList<>();

  private final Repository repository;
  private final Map<PackId, Integer> named = new HashMap<>();

  private RepairSurvey(Repository repository, RepairPolicy policy) throws IOException {
    this.repository = repository;
    this.newest = repository.maintenance().newest();
    this.damagedStates = repository.maintenance().damagedAbove(newest.state().number());
    this.sessions = SessionTable.read(repository.store(), repository.log(), newest.state());
    this.indexDamage = readIndex();
    Loaded loaded = repository.loader().load(Use.READ);
    this.index = loaded.index();
    repository
        .store()
        .list(
            ObjectNames.PACKS,
            blob ->
                ObjectNames.parsePack(blob.key()).ifPresent(id -> stored.put(id, blob.bytes())));
    this.listing = repository.snapshotListing();
    requireKeys();
    findMissingDeltas();
    boolean rebuilds = !indexDamage.isEmpty() || !damagedStates.isEmpty();
    Optional<Set<PackId>> buried =
        rebuilds
            ? repository.maintenance().everBuried(newest.state().number())
            : Optional.of(Set.of());
    this.historyKnown = buried.isPresent();
    if (rebuilds) {
      rebuild(buried.orElse(Set.of()));
    }
    findDamagedPacks(policy.damagedPacks());
  }

  /// Without the keys of a domain its packs look damaged, every one of them.
  private void requireKeys() throws IOException {
    Set<String> domains = new HashSet<>();
    listing.snapshots().forEach(snapshot -> domains.add(snapshot.record().domain()));
    for (String domain : domains) {
      Domain _ = repository.domains().require(domain);
    }
  }

  static RepairSurvey take(Repository repository, RepairPolicy policy) throws IOException {
    return new RepairSurvey(repository, policy);
  }

  MaintenanceState state() {
    return newest.state();
  }

  RepairPlan plan() {
    List<Finding> states = new ArrayList<>();
    for (int i = 0; i < newest.damaged().size(); i++) {
      states.add(Finding.of(newest.damaged().get(i), ObjectNames.MAINTENANCE));
    }
    return new RepairPlan(
        state().number(),
        states,
        indexDamage,
        rebuilt.stream().map(section -> section.pack).toList(),
        unreadable,
        withdrawn,
        held,
        sessions.open().stream().map(SessionTable.Standing::id).toList());
  }

  private List<Finding> readIndex() throws IOException {
    List<Finding> damage =
        new ArrayList<>(
            repository
                .loader()
                .forEachReadable(
                    state(),
                    (object, sections) -> {
                      readable.add(object.key().value());
                      sections.forEach(section -> named.put(section.pack, section.packBytes));
                    }));
    for (Finding finding : damage) {
      ObjectNames.parseDelta(new io.holdfast.storage.BlobKey(finding.object()))
          .ifPresent(delta -> sessionsWithoutDelta.add(delta.session()));
    }
    return damage;
  }

  /// A snapshot says how many deltas its session had written.
  private void findMissingDeltas() throws IOException {
    Set<String> there = new HashSet<>();
    repository.store().list(ObjectNames.DELTAS, blob -> there.add(blob.key().value()));
    for (StoredSnapshot snapshot : listing.snapshots()) {
      SessionId session = snapshot.id().session();
      if (state().isBelowFloor(session)) {
        continue;
      }
      for (int n = 0; n < deltas(snapshot.id()); n++) {
        String delta = ObjectNames.delta(session, n).value();
        if (!there.contains(delta)) {
          String problem = "backup " + snapshot.record().name() + " needs it";
          indexDamage.add(new Finding(Kind.MISSING, delta, problem));
          sessionsWithoutDelta.add(session);
        }
      }
    }
  }

  private int deltas(SnapshotId id) throws IOException {
    try {
      return repository.log().read(id).record() instanceof SlotRecord.Snapshot snapshot
          ? snapshot.deltas()
          : 0;
    } catch (NoSuchBlobException e) {
      // Forgotten and taken away meanwhile.
      return 0;
    }
  }

  private void rebuild(Set<PackId> buried) throws IOException {
    for (Map.Entry<PackId, Long> pack : stored.entrySet()) {
      PackId id = pack.getKey();
      boolean isKnown = named.containsKey(id) || buried.contains(id);
      // What a session that runs has not listed yet is no damage.
      boolean mayBeLost =
          hasEnded(id.session())
              || sessionsWithoutDelta.contains(id.session())
              || !damagedStates.isEmpty();
      if (isKnown || state().buried().contains(id) || !mayBeLost) {
        continue;
      }
      String name = ObjectNames.pack(id).value();
      try {
        rebuilt.add(
            PackTables.read(
                repository.store(),
                repository.domains(),
                id,
                (int) Math.min(Integer.MAX_VALUE, pack.getValue())));
      } catch (CorruptRepositoryException e) {
        unreadable.add(Finding.of(e, name));
      } catch (NoSuchBlobException e) {
        unreadable.add(new Finding(Kind.MISSING, name, "the pack is gone"));
      } catch (ShreddedDomainException _) {
        // In no index it is as good as in one: the next prune collects it.
      }
    }
    rebuilt.sort(java.util.Comparator.comparing(section -> section.pack.toString()));
  }

  private void findDamagedPacks(Set<PackId> read) throws IOException {
    Map<PackId, Integer> indexed = new HashMap<>();
    Set<DomainId> shredded = repository.domains().shredded(index);
    index.packs().stream()
        .filter(pack -> !shredded.contains(pack.domain()))
        .forEach(pack -> indexed.put(pack.id(), pack.bytes()));
    rebuilt.forEach(section -> indexed.put(section.pack, section.packBytes));
    for (Map.Entry<PackId, Integer> pack : indexed.entrySet()) {
      PackId id = pack.getKey();
      String name = ObjectNames.pack(id).value();
      Long bytes = stored.get(id);
      Finding found;
      if (state().condemned().contains(id)) {
        continue;
      } else if (read.contains(id) && bytes != null) {
        found = new Finding(Kind.DAMAGED, name, "it is not what was written");
      } else if (bytes == null) {
        found = new Finding(Kind.MISSING, name, "the index names this pack");
      } else if (bytes != (long) pack.getValue()) {
        String problem = "it has " + bytes + " bytes instead of " + pack.getValue();
        found = new Finding(Kind.DAMAGED, name, problem);
      } else {
        continue;
      }
      (hasEnded(id.session()) ? withdrawn : held).add(found);
    }
    withdrawn.sort(java.util.Comparator.comparing(Finding::object));
  }

  /// As for a prune: nothing is taken out of use that a session which has not ended has written.
  private boolean hasEnded(SessionId session) {
    return sessions.isEnded(session) || state().isSealed(session);
  }

  /// The packs of [#withdrawn].
  Set<PackId> withdrawnPacks() {
    return packs(withdrawn);
  }

  /// The packs of [#held].
  Set<PackId> heldPacks() {
    return packs(held);
  }

  private static Set<PackId> packs(List<Finding> findings) {
    Set<PackId> packs = new HashSet<>();
    for (Finding finding : findings) {
      ObjectNames.parsePack(new io.holdfast.storage.BlobKey(finding.object()))
          .ifPresent(packs::add);
    }
    return packs;
  }

  /// What writers may not use afterwards: besides damaged packs those that go back into the index
  /// though nobody knows whether they had been given free for deletion.
  Set<PackId> condemnedAfter() {
    Set<PackId> condemned = new HashSet<>(state().condemned());
    condemned.addAll(withdrawnPacks());
    if (!historyKnown) {
      rebuilt.forEach(section -> condemned.add(section.pack));
    }
    if (condemned.size() > MaintenanceState.PACKS_MAX) {
      throw CorruptRepositoryException.damaged(
          "more than " + MaintenanceState.PACKS_MAX + " packs are damaged");
    }
    return condemned;
  }

  /// Sessions below a floor whose snapshots live.
  Set<SessionId> keptBelow(SessionId floor) {
    Set<SessionId> kept = new HashSet<>();
    for (StoredSnapshot snapshot : listing.snapshots()) {
      if (snapshot.id().session().compareTo(floor) < 0) {
        kept.add(snapshot.id().session());
      }
    }
    if (kept.size() > MaintenanceState.SESSIONS_MAX) {
      throw CorruptRepositoryException.damaged(
          "more than " + MaintenanceState.SESSIONS_MAX + " sessions have backups");
    }
    return kept;
  }

  /// The lowest id above every session of which anything is stored.
  Optional<SessionId> aboveAllSessions() throws IOException {
    TreeSet<SessionId> all = new TreeSet<>();
    for (BlobStat slot : sessions.slots()) {
      ObjectNames.parseLog(slot.key()).ifPresent(place -> all.add(place.session()));
    }
    stored.keySet().forEach(pack -> all.add(pack.session()));
    repository
        .store()
        .list(
            ObjectNames.DELTAS,
            blob ->
                ObjectNames.parseDelta(blob.key()).ifPresent(delta -> all.add(delta.session())));
    return all.isEmpty() ? Optional.empty() : Optional.of(all.last().next());
  }
}
