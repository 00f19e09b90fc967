package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.IndexLoader.Loaded;
import io.holdfast.repository.IndexLoader.Use;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/// What there is, and what live snapshots need of it. Sessions are read before everything else: one
/// that has ended had written everything of its own, so what the index does not show of it then
/// counts for nobody. Snapshots are read before the index: what they refer to was written earlier,
/// so the index shows it, however many backups are committed meanwhile.
///
/// @param state the newest one; the index is the one it names
/// @param index without buried packs, with condemned ones
/// @param stored size of each pack that is there
/// @param named packs that index objects name, of all domains
/// @param snapshots the live ones
record Census(
    MaintenanceState state,
    SessionTable sessions,
    ChunkIndex index,
    Set<PackId> named,
    Map<PackId, Long> stored,
    List<StoredSnapshot> snapshots,
    Marks marks) {
  private static final int TRIES_MAX = 10;

  /// Takes stock of a repository. Where somebody else takes things away meanwhile, another
  /// maintainer or whoever shreds a domain, it begins anew.
  ///
  /// @throws BackupException `OBJECT_CORRUPT` if anything that says what is needed cannot be read
  static Census take(Repository repository, SnapshotReferences references) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Verification.Moment before = moment(repository);
      try {
        return takeOnce(repository, references);
      } catch (CorruptRepositoryException e) {
        if (attempt == TRIES_MAX || moment(repository).equals(before)) {
          throw refused(e);
        }
      } catch (ShreddedDomainException e) {
        // A moment ago; the next look does not show its backups any more.
        if (attempt == TRIES_MAX) {
          throw e;
        }
      }
    }
  }

  private static Verification.Moment moment(Repository repository) throws IOException {
    try {
      var _ = repository.maintenance().newest().require();
      return repository.verification().moment();
    } catch (CorruptRepositoryException e) {
      throw refused(e);
    }
  }

  private static Census takeOnce(Repository repository, SnapshotReferences references)
      throws IOException {
    MaintenanceState state = repository.maintenance().newest().require();
    SessionTable sessions = SessionTable.read(repository.store(), repository.log(), state);
    Repository.SnapshotListing listing = repository.snapshotListing();
    requireWhole(listing.damaged());
    requireWhole(listing.undecided());
    Loaded loaded = repository.loader().load(Use.READ);
    requireWhole(loaded.damaged());
    Set<PackId> named = new HashSet<>();
    repository
        .loader()
        .forEachObject(
            loaded.state(), (_, sections) -> sections.forEach(section -> named.add(section.pack)));
    Map<PackId, Long> stored = new HashMap<>();
    repository
        .store()
        .list(
            ObjectNames.PACKS,
            blob ->
                ObjectNames.parsePack(blob.key()).ifPresent(id -> stored.put(id, blob.bytes())));
    Marks marks = mark(repository, loaded, listing.snapshots(), references);
    return new Census(
        loaded.state(), sessions, loaded.index(), named, stored, listing.snapshots(), marks);
  }

  private static Marks mark(
      Repository repository,
      Loaded loaded,
      List<StoredSnapshot> snapshots,
      SnapshotReferences references)
      throws IOException {
    Set<PackId> condemned = loaded.state().condemned();
    Marks marks =
        new Marks(
            loaded.index(), pack -> condemned.contains(loaded.index().packs().get(pack).id()));
    ChunkReader chunks = repository.readerOf(loaded);
    BiConsumer<ChunkType, ChunkId> mark = marks::mark;
    for (StoredSnapshot snapshot : snapshots) {
      references.visit(chunks.in(snapshot.record().domain()), snapshot, mark);
    }
    return marks;
  }

  private static void requireWhole(List<CorruptRepositoryException> damaged) {
    if (!damaged.isEmpty()) {
      throw damaged.getFirst();
    }
  }

  private static BackupException refused(CorruptRepositoryException e) {
    return new BackupException(
        ErrorCode.OBJECT_CORRUPT,
        "nothing is removed, because it cannot be said what is needed: " + e.text(),
        "Run 'holdfast verify --all' to see all damage.",
        e);
  }

  /// The same with other standings of the sessions.
  Census with(SessionTable standings) {
    return new Census(state, standings, index, named, stored, snapshots, marks);
  }

  boolean isCondemned(int pack) {
    return state.condemned().contains(index.packs().get(pack).id());
  }

  PackUsage usage() {
    return PackUsage.of(marks, this::isCondemned);
  }
}
