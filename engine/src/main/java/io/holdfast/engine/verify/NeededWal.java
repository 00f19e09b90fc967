package io.holdfast.engine.verify;

import io.holdfast.engine.backup.NeededRanges;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.postgres.wal.WalFileName;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The WAL from the segment in which a backup of a cluster starts to the end of the backup: without
/// all of it the backup is worth nothing.
///
/// @param archive empty if no WAL of the cluster is there
/// @param ranges those that the backup needs a part of
/// @param missing why it is not complete, in words; empty if it is
public record NeededWal(Optional<WalArchive> archive, List<WalRange> ranges, List<String> missing) {
  public NeededWal {
    ranges = List.copyOf(ranges);
    missing = List.copyOf(missing);
  }

  /// Looks at names only, and at the history of the timeline.
  public static NeededWal of(Repository repository, StoredSnapshot backup) throws IOException {
    PhysicalFacts facts = PhysicalFacts.of(backup.record().attributes());
    Optional<WalArchive> archive;
    try {
      archive = SourceWal.find(repository, backup.record().source(), facts.systemIdentifier());
    } catch (CorruptRepositoryException e) {
      return new NeededWal(
          Optional.empty(), List.of(), List.of("its WAL cannot be opened: " + e.text()));
    }
    if (archive.isEmpty()) {
      return new NeededWal(archive, List.of(), List.of("its WAL is not in the repository"));
    }
    NeededRanges needed = NeededRanges.of(archive.get(), facts);
    List<String> missing = new ArrayList<>(needed.gaps());
    try {
      requireHistory(archive.get(), facts.timeline(), "this backup");
    } catch (CorruptRepositoryException e) {
      missing.add(e.text());
    }
    return new NeededWal(archive, needed.ranges(), missing);
  }

  /// Reads it; what of it is not what was written, in words.
  public List<String> damaged() throws IOException {
    List<String> problems = new ArrayList<>();
    for (WalRange range : ranges) {
      try {
        if (archive.isPresent()) {
          archive.get().read(range);
          archive.get().readSummary(range);
        }
      } catch (CorruptRepositoryException e) {
        problems.add("WAL " + range + ": " + e.text());
      }
    }
    return problems;
  }

  static void requireHistory(WalArchive archive, int timeline, String what) throws IOException {
    String name = new WalFileName.History(timeline).toString();
    if (timeline > 1 && archive.file(name).isEmpty()) {
      throw CorruptRepositoryException.missing(
          name + " is not archived; without it " + what + " cannot be recovered");
    }
  }
}
