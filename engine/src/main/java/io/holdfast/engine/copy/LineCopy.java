package io.holdfast.engine.copy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.copy.CopyReport.WalTally;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.postgres.wal.WalFileName;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalLineage;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// The write-ahead log that belongs to the backups of one copy. *Confined.*
final class LineCopy {
  private final EngineContext context;
  private final Repository source;
  private final Repository target;
  private final CopyRequest.Wal wanted;
  private final List<String> warnings = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
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
    WalTally planned = WalTally.NONE;
    for (Map.Entry<Line, BackupWalNeed> line : earliest(backups).entrySet()) {
      WalArchive from =
          SourceWal.require(source, line.getKey().source, line.getKey().systemIdentifier);
      Optional<WalArchive> to =
          SourceWal.find(target, line.getKey().source, line.getKey().systemIdentifier);
      List<BackupWalNeed> needs = needs(backups, line.getKey());
      for (int timeline : from.timelines()) {
        planned = planned.plus(WalCopy.plan(from, to, timeline, choice(from, line, needs)));
      }
    }
    return planned;
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
    if (facts.timeline() > 1) {
      copy.copyFile(new WalFileName.History(facts.timeline()).toString());
    }
    for (int timeline : from.timelines()) {
      tally = tally.plus(copy.copy(timeline, range -> need.get().isNeeded(range, from)));
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

  /// @throws BackupException `WAL_GAP` if the target lacks what the backup needs
  void requireArrived(SnapshotRecord backup) throws IOException {
    Optional<BackupWalNeed> need = need(backup);
    if (need.isPresent()) {
      need.get()
          .requireIn(
              SourceWal.require(target, backup.source(), need.get().facts().systemIdentifier()),
              "target repository");
    }
  }

  /// Copies everything from the earliest of these backups on, if that is wanted.
  void copyRest(List<StoredSnapshot> backups) throws IOException {
    if (wanted == CopyRequest.Wal.NEEDED) {
      return;
    }
    for (Map.Entry<Line, BackupWalNeed> line : earliest(backups).entrySet()) {
      WalArchive from =
          SourceWal.require(source, line.getKey().source, line.getKey().systemIdentifier);
      context.progress().phase("copy WAL of " + line.getKey().source, 0);
      WalCopy copy = copy(from, receiving(from.lineage()), WalCopy.Damage.IS_TOLD, problems::add);
      copy.copyFiles();
      for (int timeline : from.timelines()) {
        if (!from.conflicts(timeline).isEmpty()) {
          warnings.add(
              "the WAL of "
                  + line.getKey().source
                  + " has ranges with two contents; only those that are used were copied");
        }
        tally =
            tally.plus(copy.copy(timeline, range -> line.getValue().isNeededOrLater(range, from)));
      }
    }
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
  private static Map<Line, BackupWalNeed> earliest(List<StoredSnapshot> backups) {
    Map<Line, BackupWalNeed> earliest = new LinkedHashMap<>();
    for (StoredSnapshot backup : backups) {
      need(backup.record())
          .ifPresent(
              need ->
                  earliest.merge(
                      new Line(backup.record().source(), need.facts().systemIdentifier()),
                      need,
                      (a, b) -> b.facts().startLsn().isBefore(a.facts().startLsn()) ? b : a));
    }
    return earliest;
  }

  private static List<BackupWalNeed> needs(List<StoredSnapshot> backups, Line line) {
    List<BackupWalNeed> needs = new ArrayList<>();
    for (StoredSnapshot backup : backups) {
      need(backup.record())
          .filter(need -> need.facts().systemIdentifier() == line.systemIdentifier)
          .filter(_ -> backup.record().source().equals(line.source))
          .ifPresent(needs::add);
    }
    return needs;
  }

  private static Optional<BackupWalNeed> need(SnapshotRecord backup) {
    return backup.kind().equals(PhysicalBackup.KIND)
        ? Optional.of(new BackupWalNeed(PhysicalFacts.of(backup.attributes())))
        : Optional.empty();
  }
}
