package io.holdfast.engine.copy;

import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which backups of the source are in the target too. *Confined.*
final class Twins {
  private final List<StoredSnapshot> target;
  private final List<Pair> pairs = new ArrayList<>();

  /// A backup and its copy.
  record Pair(SnapshotRecord original, SnapshotRecord copy) {}

  Twins(List<StoredSnapshot> source, List<StoredSnapshot> target) {
    this.target = new ArrayList<>(target);
    for (StoredSnapshot backup : source) {
      find(backup.record()).ifPresent(copy -> add(backup.record(), copy));
    }
  }

  /// The copy of a backup.
  Optional<SnapshotRecord> find(SnapshotRecord original) {
    return target.stream()
        .map(StoredSnapshot::record)
        .filter(record -> isCopy(original, record))
        .findFirst();
  }

  /// Another backup that has the name of this one.
  Optional<SnapshotRecord> inTheWay(SnapshotRecord original) {
    return target.stream()
        .map(StoredSnapshot::record)
        .filter(record -> record.name().equals(original.name()) && !isCopy(original, record))
        .findFirst();
  }

  /// Everything but the roots, which depend on keys, and the stored bytes, which depend on what was
  /// there.
  private static boolean isCopy(SnapshotRecord original, SnapshotRecord copy) {
    return original.name().equals(copy.name())
        && original.source().equals(copy.source())
        && original.kind().equals(copy.kind())
        && original.type().equals(copy.type())
        && original.startedAt().equals(copy.startedAt())
        && original.completedAt().equals(copy.completedAt())
        && original.attributes().equals(copy.attributes());
  }

  /// Whether a copy was there before or was made since.
  boolean isCopied(SnapshotRecord original) {
    return pairs.stream().anyMatch(pair -> pair.original().equals(original));
  }

  void add(SnapshotRecord original, SnapshotRecord copy) {
    pairs.add(new Pair(original, copy));
  }

  /// The pair whose content is most like that of a backup: the newest before it, else any.
  Optional<Pair> nearest(SnapshotRecord backup) {
    List<Pair> same =
        pairs.stream()
            .filter(pair -> pair.original().source().equals(backup.source()))
            .filter(pair -> pair.original().kind().equals(backup.kind()))
            .filter(pair -> pair.original().domain().equals(backup.domain()))
            .filter(pair -> pair.copy().domain().equals(backup.domain()))
            .sorted((a, b) -> a.original().startedAt().compareTo(b.original().startedAt()))
            .toList();
    return same.stream()
        .filter(pair -> !pair.original().startedAt().isAfter(backup.startedAt()))
        .reduce((_, later) -> later)
        .or(() -> same.stream().findFirst());
  }
}
