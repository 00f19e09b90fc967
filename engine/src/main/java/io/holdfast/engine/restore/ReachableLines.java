package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.restore.ReachableTimes.Gap;
import io.holdfast.engine.restore.ReachableTimes.Line;
import io.holdfast.engine.restore.ReachableTimes.Unusable;
import io.holdfast.engine.restore.ReachableTimes.Window;
import io.holdfast.engine.wal.ArchivedWal;
import io.holdfast.engine.wal.Interruptions;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.RecoveryWindow;
import io.holdfast.postgres.recovery.TargetTimeline;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// The windows of one cluster, timeline by timeline. Backups between which no WAL is missing are
/// one *chain*: all of them reach its end, so the WAL of the newest one alone is followed.
/// *Confined*.
final class ReachableLines {
  /// How many backups of earlier timelines are tried for the beginning of a later one.
  private static final int EARLIER_TRIED_MAX = 16;

  private final WalArchive archive;
  private final ArchivedWal wal;
  private final List<Usable> backups;
  private final List<Unusable> unusable;

  /// @param backups of this cluster
  /// @param unusable takes those that cannot be recovered
  ReachableLines(WalArchive archive, List<StoredSnapshot> backups, List<Unusable> unusable) {
    this.archive = archive;
    this.wal = new ArchivedWal(archive);
    this.unusable = unusable;
    this.backups =
        backups.stream()
            .map(it -> new Usable(it, PhysicalFacts.of(it.record().attributes())))
            .sorted(Comparator.comparing((Usable it) -> it.facts().startLsn()))
            .toList();
  }

  private record Usable(StoredSnapshot backup, PhysicalFacts facts) {
    String name() {
      return backup.record().name();
    }

    Lsn needsFrom() {
      return new WalSegmentSize(facts.walSegmentBytes()).floor(facts.startLsn());
    }
  }

  /// A chain that can be followed.
  private record Chain(Usable first, Usable newest, int backups, RecoveryWindow end) {
    /// No more is claimed than that the first backup had ended by then.
    Instant from() {
      return backups == 1
          ? end.fromTime()
          : earlier(first.backup().record().completedAt(), end.toTime());
    }

    private static Instant earlier(Instant one, Instant other) {
      return one.isBefore(other) ? one : other;
    }

    Window window() {
      return new Window(
          from(),
          end.toTime(),
          first.facts().stopLsn().toString(),
          end.to().toString(),
          first.name(),
          newest.name(),
          backups);
    }
  }

  List<Line> find() throws IOException {
    TreeSet<Integer> timelines = new TreeSet<>(wal.timelines());
    backups.forEach(it -> timelines.add(it.facts().timeline()));
    List<Line> lines = new ArrayList<>();
    for (int timeline : timelines) {
      lines.add(line(timeline));
    }
    return lines;
  }

  private Line line(int timeline) throws IOException {
    List<Chain> chains = new ArrayList<>();
    Optional<Chain> earlier = fromEarlier(timeline);
    for (List<Usable> together : chained(timeline)) {
      followed(together).ifPresent(chains::add);
    }
    earlier.ifPresent(
        before -> {
          if (!chains.isEmpty()
              && !before.end().to().isBefore(chains.getFirst().first().needsFrom())) {
            Chain next = chains.removeFirst();
            chains.addFirst(
                new Chain(before.first(), next.newest(), next.backups() + 1, next.end()));
          } else {
            chains.addFirst(before);
          }
        });
    return new Line(
        Long.toUnsignedString(archive.lineage().systemIdentifier()),
        timeline,
        chains.stream().map(Chain::window).toList(),
        gaps(timeline, chains));
  }

  /// The backups of a timeline, parted where WAL is missing between two of them.
  private List<List<Usable>> chained(int timeline) throws IOException {
    List<WalRange> ranges = archive.ranges(timeline);
    List<List<Usable>> chains = new ArrayList<>();
    for (Usable next : backups.stream().filter(it -> it.facts().timeline() == timeline).toList()) {
      boolean goesOn =
          !chains.isEmpty()
              && !new Lsn(
                      WalCoverage.contiguousEnd(
                          ranges, chains.getLast().getLast().needsFrom().value()))
                  .isBefore(next.facts().startLsn());
      if (!goesOn) {
        chains.add(new ArrayList<>());
      }
      chains.getLast().add(next);
    }
    return chains;
  }

  /// The end of a chain by the newest of its backups that has its own WAL.
  private Optional<Chain> followed(List<Usable> together) throws IOException {
    List<Usable> left = new ArrayList<>(together);
    while (!left.isEmpty()) {
      Usable newest = left.getLast();
      try {
        RecoveryWindow end = window(newest, new TargetTimeline.Current());
        return Optional.of(new Chain(left.getFirst(), newest, left.size(), end));
      } catch (BackupException e) {
        requireUnreachable(e);
        unusable.add(new Unusable(newest.name(), e.text()));
        left.removeLast();
      }
    }
    return Optional.empty();
  }

  /// The newest backup of an earlier timeline from which this one can be followed.
  private Optional<Chain> fromEarlier(int timeline) throws IOException {
    List<Usable> earlier =
        backups.reversed().stream()
            .filter(it -> it.facts().timeline() < timeline)
            .limit(EARLIER_TRIED_MAX)
            .toList();
    for (Usable one : earlier) {
      try {
        RecoveryWindow end = window(one, new TargetTimeline.Numbered(timeline));
        return Optional.of(new Chain(one, one, 1, end));
      } catch (BackupException e) {
        requireUnreachable(e);
      }
    }
    return Optional.empty();
  }

  private RecoveryWindow window(Usable backup, TargetTimeline timeline) throws IOException {
    return Targets.resolver(backup.facts(), wal)
        .window(Targets.reached(backup.backup(), backup.facts()), timeline);
  }

  private static void requireUnreachable(BackupException e) {
    if (e.code() != ErrorCode.RECOVERY_TARGET_UNREACHABLE && e.code() != ErrorCode.WAL_GAP) {
      throw e;
    }
  }

  private List<Gap> gaps(int timeline, List<Chain> chains) throws IOException {
    List<Interruptions.Interruption> interruptions = Interruptions.of(archive, timeline);
    List<Gap> gaps = new ArrayList<>();
    for (int i = 0; i < chains.size(); i++) {
      RecoveryWindow end = chains.get(i).end();
      if (i + 1 < chains.size()) {
        Instant next = chains.get(i + 1).from();
        gaps.add(new Gap(end.toTime(), Optional.of(next), why(end, interruptions)));
      } else if (!end.gaps().isEmpty()) {
        gaps.add(
            new Gap(
                end.toTime(),
                Optional.empty(),
                why(end, interruptions) + ", and no backup was made after it"));
      }
    }
    return gaps;
  }

  private static String why(RecoveryWindow end, List<Interruptions.Interruption> interruptions) {
    if (end.gaps().isEmpty()) {
      return "no WAL was archived after " + end.to();
    }
    RecoveryWindow.Gap gap = end.gaps().getFirst();
    String known =
        interruptions.stream()
            .filter(
                it -> !it.archivedTo().isBefore(gap.from()) && it.archivedTo().isBefore(gap.to()))
            .findFirst()
            .map(it -> ": at " + it.at() + " " + it.reason())
            .orElse("");
    return "WAL is missing from " + gap + known;
  }
}
