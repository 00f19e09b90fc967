package io.holdfast.engine.maintenance;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Deletions;
import io.holdfast.repository.PrunePolicy;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SessionId;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.WalFloor;
import io.holdfast.repository.wal.StoredWal;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Removes WAL that no recovery from any kept backup can need, to whatever later moment and on
/// whatever timeline: all of a cluster's WAL before the earliest position that a kept backup of it
/// begins at. Beside backups that run: the floor is announced first, and sessions that may not know
/// of it end before anything is deleted. `docs/testing/wal-prune.md` has the faults that are
/// thought of.
///
/// WAL of a cluster without any kept backup is left alone unless its source is named: it may belong
/// to base backups that somebody else made. Timeline histories always stay, and so does the last
/// segment of each timeline.
final class WalPrune {
  /// Later than every position.
  private static final long NO_POSITION = -1L;

  private final Repository repository;
  private final Set<String> withoutBackup;

  /// @param withoutBackup sources whose WAL goes as well where no backup of its cluster is kept
  WalPrune(Repository repository, Set<String> withoutBackup) {
    this.repository = repository;
    this.withoutBackup = Set.copyOf(withoutBackup);
  }

  /// What goes of one timeline.
  ///
  /// @param floor nothing at or after it goes
  /// @param keptFor the backup that begins there, or the first to do so; empty if there is none
  /// @param objects in the order in which they go
  record Part(
      WalArchive archive, WalFloor floor, Optional<String> keptFor, List<StoredWal> objects) {
    Part {
      objects = List.copyOf(objects);
    }

    String source() {
      return archive.lineage().source();
    }

    long bytes() {
      return objects.stream().mapToLong(StoredWal::bytes).sum();
    }
  }

  /// @param waitingFor sessions that have to end first; then nothing was deleted
  record Report(List<Part> parts, Deletions deletions, List<SessionId> waitingFor) {
    Report {
      parts = List.copyOf(parts);
      waitingFor = List.copyOf(waitingFor);
    }
  }

  /// What [#run] would remove now. Reads only.
  ///
  /// @throws BackupException `OBJECT_CORRUPT` if it cannot be said which backups there are
  List<Part> plan() throws IOException {
    List<Part> parts = new ArrayList<>();
    List<StoredSnapshot> backups = keptBackups();
    for (WalArchive archive : archives(backups)) {
      Optional<Needed> needed = earliest(archive, backups);
      if (needed.isEmpty() && withoutBackup.contains(archive.lineage().source())) {
        needed = Optional.of(new Needed(NO_POSITION, Optional.empty()));
      }
      if (needed.isPresent()) {
        for (int timeline : archive.timelines()) {
          parts.add(part(archive, timeline, needed.get()));
        }
      }
    }
    return parts;
  }

  /// The archives of all clusters that it looks at.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if a source was named of which there is no WAL
  List<WalArchive> archives() throws IOException {
    return archives(keptBackups());
  }

  private List<WalArchive> archives(List<StoredSnapshot> backups) throws IOException {
    Set<String> sources = new TreeSet<>(withoutBackup);
    backups.forEach(backup -> sources.add(backup.record().source()));
    List<WalArchive> archives = new ArrayList<>();
    for (String source : sources) {
      List<WalArchive> ofSource = SourceWal.all(repository, source);
      if (ofSource.isEmpty() && withoutBackup.contains(source)) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "there is no WAL of a source '" + source + "'",
            "Give the name that 'holdfast wal status --source NAME' knows.");
      }
      archives.addAll(ofSource);
    }
    return archives;
  }

  /// Announces floors, waits, looks again at what is kept, and deletes.
  Report run(PrunePolicy policy) throws IOException {
    List<Part> parts = plan();
    Deletions deletions = new Deletions(repository.store());
    List<WalFloor> floors =
        parts.stream().filter(part -> !part.objects().isEmpty()).map(Part::floor).toList();
    if (floors.isEmpty()) {
      return new Report(parts, deletions, List.of());
    }
    List<SessionId> waiting = repository.walFloors().announce(floors, policy);
    if (!waiting.isEmpty()) {
      return new Report(parts, deletions, waiting);
    }
    // A session that did not know of the floors may have committed a backup below them.
    List<Part> allowed = new ArrayList<>();
    for (Part now : plan()) {
      Optional<WalFloor> announced =
          floors.stream()
              .filter(floor -> floor.isOf(now.floor().lineage(), now.floor().timeline()))
              .findFirst();
      if (announced.isPresent()) {
        Part part = announced.get().compareTo(now.floor()) < 0 ? below(now, announced.get()) : now;
        part.archive().delete(part.objects(), deletions);
        allowed.add(part);
      }
    }
    return new Report(allowed, deletions, List.of());
  }

  private static Part below(Part part, WalFloor floor) throws IOException {
    return new Part(
        part.archive(),
        floor,
        part.keptFor(),
        part.archive().objectsBelow(floor.timeline(), floor.position()));
  }

  /// The highest floors that any prune can have announced which knew at most the backups of now:
  /// what backups need only gets later. Of clusters without any kept backup all but the last
  /// segment of each timeline counts as given free.
  static List<WalFloor> highest(Repository repository, List<StoredSnapshot> kept)
      throws IOException {
    List<WalFloor> floors = new ArrayList<>();
    Set<String> sources = new TreeSet<>();
    kept.forEach(backup -> sources.add(backup.record().source()));
    List<StoredSnapshot> clusters =
        kept.stream().filter(backup -> backup.record().kind().equals(PhysicalBackup.KIND)).toList();
    for (String source : sources) {
      List<WalArchive> archives;
      try {
        archives = SourceWal.all(repository, source);
      } catch (CorruptRepositoryException e) {
        // Nobody can open its WAL, so no backup can need it, nor a new one of the source begin.
        continue;
      }
      for (WalArchive archive : archives) {
        Needed needed =
            earliest(archive, clusters).orElse(new Needed(NO_POSITION, Optional.empty()));
        for (int timeline : archive.timelines()) {
          floors.add(part(archive, timeline, needed).floor());
        }
      }
    }
    return floors;
  }

  private record Needed(long position, Optional<String> backup) {}

  private List<StoredSnapshot> keptBackups() throws IOException {
    BackupCatalog catalog = BackupCatalog.of(repository);
    for (CorruptRepositoryException damage : catalog.damaged()) {
      throw refused(damage);
    }
    for (CorruptRepositoryException damage : catalog.undecided()) {
      throw refused(damage);
    }
    return catalog.all().stream()
        .filter(backup -> backup.record().kind().equals(PhysicalBackup.KIND))
        .toList();
  }

  private static BackupException refused(CorruptRepositoryException e) {
    return new BackupException(
        ErrorCode.OBJECT_CORRUPT,
        "no WAL is removed, because it cannot be said which backups need it: " + e.text(),
        "Run 'holdfast verify --all' to see all damage.",
        e);
  }

  /// The earliest position that a kept backup of the cluster needs, whatever its timeline: what
  /// branched off before is earlier on every timeline.
  private static Optional<Needed> earliest(WalArchive archive, List<StoredSnapshot> backups) {
    Optional<Needed> earliest = Optional.empty();
    for (StoredSnapshot backup : backups) {
      PhysicalFacts facts = PhysicalFacts.of(backup.record().attributes());
      if (backup.record().source().equals(archive.lineage().source())
          && facts.systemIdentifier() == archive.lineage().systemIdentifier()) {
        long from = facts.walNeededFrom(archive.lineage()).position();
        if (earliest.isEmpty() || Long.compareUnsigned(from, earliest.get().position()) < 0) {
          earliest = Optional.of(new Needed(from, Optional.of(backup.record().name())));
        }
      }
    }
    return earliest;
  }

  /// A floor never lies above the last segment of a timeline: a new backup of a server on it begins
  /// there or later.
  private static Part part(WalArchive archive, int timeline, Needed needed) throws IOException {
    long last =
        archive.ranges(timeline).stream()
            .map(WalRange::end)
            .max(Long::compareUnsigned)
            .map(end -> end - 1)
            .orElse(0L);
    long segment =
        new WalSegmentSize(archive.lineage().segmentBytes()).floor(new Lsn(last)).value();
    long position =
        Long.compareUnsigned(segment, needed.position()) < 0 ? segment : needed.position();
    return new Part(
        archive,
        new WalFloor(archive.lineage().id(), timeline, position),
        needed.backup(),
        archive.objectsBelow(timeline, position));
  }
}
