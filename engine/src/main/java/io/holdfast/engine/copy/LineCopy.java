package io.holdfast.engine.copy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.copy.CopyReport.WalTally;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalLineage;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// The write-ahead log that belongs to the backups of one copy. *Confined.*
final class LineCopy {
  private final EngineContext context;
  private final Repository source;
  private final Repository target;
  private final CopyRequest.Wal wanted;
  private final List<String> warnings = new ArrayList<>();
  private final Set<String> problems = new LinkedHashSet<>();
  private WalTally tally = WalTally.NONE;

  LineCopy(EngineContext context, Repository source, Repository target, CopyRequest.Wal wanted) {
    this.context = context;
    this.source = source;
    this.target = target;
    this.wanted = wanted;
  }

  WalTally tally() {
    return tally;
  }

  /// What was not copied of the write-ahead log, or is in conflict.
  List<String> problems() {
    return List.copyOf(problems);
  }

  List<String> warnings() {
    return List.copyOf(warnings);
  }

  /// What would be copied for these backups.
  WalTally plan(List<StoredSnapshot> backups) throws IOException {
    Map<Line, BackupWalNeed> lines = earliest(backups);
    for (Map.Entry<Line, BackupWalNeed> line : lines.entrySet()) {
      guarded(line.getKey(), () -> planLine(line, needs(backups, line.getKey())));
    }
    return tally;
  }

  private void planLine(Map.Entry<Line, BackupWalNeed> line, List<BackupWalNeed> needs)
      throws IOException {
    Line key = line.getKey();
    WalArchive from = SourceWal.require(source, key.source, key.systemIdentifier);
    Optional<WalArchive> to = SourceWal.find(target, key.source, key.systemIdentifier);
    for (int timeline : from.timelines()) {
      tally = tally.plus(WalCopy.plan(from, to, timeline, choice(from, line, needs)));
    }
  }

  /// What is wrong with one line is told, and does not keep the others from being copied.
  private void guarded(Line line, Failures.Action action) throws IOException {
    try {
      action.run();
    } catch (BackupException e) {
      if (!isOfOne(e)) {
        throw e;
      }
      problems.add("the WAL of " + line.source + " was not copied: " + e.text());
    }
  }

  /// Whether a failure is one of a single backup or line.
  static boolean isOfOne(BackupException e) {
    return e.code().kind() == ErrorKind.CORRUPTION
        || e.code() == ErrorCode.BAD_ARGUMENT
        || e.code() == ErrorCode.WAL_CONFLICT
        || e.code() == ErrorCode.DOMAIN_SHREDDED
        || e.code() == ErrorCode.DIFFERENT_CLUSTER;
  }

  private Predicate<WalRange> choice(
      WalArchive from, Map.Entry<Line, BackupWalNeed> line, List<BackupWalNeed> needs) {
    return switch (wanted) {
      case ALL -> range -> line.getValue().isNeededOrLater(range, from);
      case NEEDED -> range -> needs.stream().anyMatch(need -> need.isNeeded(range, from));
    };
  }

  /// Copies what a backup needs, within a session that will commit it.
  ///
  /// @throws BackupException `WAL_GAP` if the source lacks some of it, or the target may have
  ///   pruned it
  void copyNeeded(SnapshotRecord backup, BackupSession session) throws IOException {
    Optional<BackupWalNeed> need = need(backup);
    if (need.isEmpty()) {
      return;
    }
    PhysicalFacts facts = need.get().facts();
    WalArchive from = SourceWal.require(source, backup.source(), facts.systemIdentifier());
    need.get().requireIn(from, "source repository");
    WalArchive to = receiving(from.lineage());
    requireAboveFloor(backup, facts, session, to);
    context.progress().phase("copy WAL of " + backup.name(), 0);
    WalCopy copy = copy(from, to, WalCopy.Damage.ENDS, warnings::add);
    WalCopy older = copy(from, to, WalCopy.Damage.IS_TOLD, problems::add);
    long first = need.get().from(from);
    copy.copyHistory(facts.timeline());
    for (int timeline : from.timelines()) {
      WalTally copied = copy.copy(timeline, first, range -> need.get().isNeeded(range, from));
      if (timeline != facts.timeline() && copied.objects() + copied.alreadyThere() > 0) {
        older.copyHistory(timeline);
      }
      tally = tally.plus(copied);
    }
  }

  private static void requireAboveFloor(
      SnapshotRecord backup, PhysicalFacts facts, BackupSession session, WalArchive to) {
    try {
      session.requireWal(facts.walNeededFrom(to.lineage()));
    } catch (BackupException e) {
      throw new BackupException(
          ErrorCode.WAL_GAP,
          "the target has given up WAL as old as that of " + backup.name() + ": " + e.text(),
          "Copy it into a new repository: one that was pruned takes no backup older than its oldest.",
          e);
    }
  }

  /// @throws BackupException `WAL_GAP` if the target lacks what the backup needs, `WAL_CONFLICT` if
  ///   it has other bytes of it
  void requireArrived(SnapshotRecord backup) throws IOException {
    Optional<BackupWalNeed> need = need(backup);
    if (need.isPresent()) {
      long cluster = need.get().facts().systemIdentifier();
      WalArchive to = SourceWal.require(target, backup.source(), cluster);
      need.get().requireIn(to, "target repository");
      for (WalRange conflict : need.get().conflicts(to)) {
        need.get().requireSame(conflict, SourceWal.require(source, backup.source(), cluster), to);
      }
    }
  }

  /// Whether the target has the WAL that a backup needs.
  boolean hasArrived(SnapshotRecord backup) throws IOException {
    Optional<BackupWalNeed> need = need(backup);
    if (need.isEmpty()) {
      return true;
    }
    Optional<WalArchive> to =
        SourceWal.find(target, backup.source(), need.get().facts().systemIdentifier());
    try {
      return to.isPresent() && need.get().isIn(to.get());
    } catch (CorruptRepositoryException _) {
      // A damaged history can be brought again.
      return false;
    }
  }

  /// Copies everything from the earliest of these backups on, if that is wanted.
  void copyRest(List<StoredSnapshot> backups) throws IOException {
    if (wanted == CopyRequest.Wal.NEEDED) {
      return;
    }
    for (Map.Entry<Line, BackupWalNeed> line : earliest(backups).entrySet()) {
      guarded(line.getKey(), () -> copyLine(line.getKey(), line.getValue()));
    }
  }

  private void copyLine(Line line, BackupWalNeed earliest) throws IOException {
    WalArchive from = SourceWal.require(source, line.source, line.systemIdentifier);
    context.progress().phase("copy WAL of " + line.source, 0);
    WalCopy copy = copy(from, receiving(from.lineage()), WalCopy.Damage.IS_TOLD, problems::add);
    Predicate<WalRange> later = range -> earliest.isNeededOrLater(range, from);
    long first = earliest.from(from);
    for (int timeline : from.timelines()) {
      if (!from.conflicts(timeline).isEmpty()) {
        warnings.add(
            "the WAL of "
                + line.source
                + " has ranges with two contents; only those that are used were copied");
      }
      WalTally copied = copy.copy(timeline, first, later);
      if (copied.objects() + copied.alreadyThere() > 0) {
        copy.copyHistory(timeline);
      }
      tally = tally.plus(copied);
    }
    copy.copyFiles();
  }

  private WalCopy copy(
      WalArchive from, WalArchive to, WalCopy.Damage damage, Consumer<String> told) {
    return new WalCopy(from, to, context.cancellation(), context.progress(), damage, told);
  }

  private WalArchive receiving(WalLineage lineage) throws IOException {
    return SourceWal.open(
        target, lineage.source(), lineage.systemIdentifier(), lineage.segmentBytes());
  }

  /// One cluster under one name.
  private record Line(String source, long systemIdentifier) {}

  /// The first backup of each line.
  private Map<Line, BackupWalNeed> earliest(List<StoredSnapshot> backups) {
    Map<Line, BackupWalNeed> earliest = new LinkedHashMap<>();
    for (StoredSnapshot backup : backups) {
      readableNeed(backup.record())
          .ifPresent(
              need ->
                  earliest.merge(
                      new Line(backup.record().source(), need.facts().systemIdentifier()),
                      need,
                      (a, b) -> b.facts().startLsn().isBefore(a.facts().startLsn()) ? b : a));
    }
    return earliest;
  }

  private List<BackupWalNeed> needs(List<StoredSnapshot> backups, Line line) {
    List<BackupWalNeed> needs = new ArrayList<>();
    for (StoredSnapshot backup : backups) {
      readableNeed(backup.record())
          .filter(need -> need.facts().systemIdentifier() == line.systemIdentifier)
          .filter(_ -> backup.record().source().equals(line.source))
          .ifPresent(needs::add);
    }
    return needs;
  }

  /// Empty, and told, if what the backup says of its cluster cannot be read.
  private Optional<BackupWalNeed> readableNeed(SnapshotRecord backup) {
    try {
      return need(backup);
    } catch (BackupException e) {
      problems.add("the WAL of " + backup.name() + " was not copied: " + e.text());
      return Optional.empty();
    }
  }

  private static Optional<BackupWalNeed> need(SnapshotRecord backup) {
    return backup.kind().equals(PhysicalBackup.KIND)
        ? Optional.of(new BackupWalNeed(PhysicalFacts.of(backup.attributes())))
        : Optional.empty();
  }
}
