package io.holdfast.postgres.recovery;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.Coverage.Part;
import io.holdfast.postgres.recovery.RecoveryTarget.AtLsn;
import io.holdfast.postgres.recovery.RecoveryTarget.AtName;
import io.holdfast.postgres.recovery.RecoveryTarget.AtTime;
import io.holdfast.postgres.recovery.RecoveryTarget.AtXid;
import io.holdfast.postgres.recovery.RecoveryTarget.Immediate;
import io.holdfast.postgres.recovery.RecoveryTarget.Latest;
import io.holdfast.postgres.recovery.RecoveryWindow.Gap;
import io.holdfast.postgres.recovery.WalWalk.Hit;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalEnd;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalVersion;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The resolution of targets for one backup along one timeline.
final class Resolution {
  private final WalVersion version;
  private final WalSegmentSize size;
  private final Timelines timelines;
  private final WalIndexSource source;
  private final BackupFacts backup;
  private final TimelineHistory chosen;
  private final Coverage coverage;
  private final List<Part> parts;

  Resolution(
      WalVersion version,
      WalSegmentSize size,
      Timelines timelines,
      WalIndexSource source,
      BackupFacts backup,
      TimelineHistory chosen,
      Coverage coverage) {
    this.version = version;
    this.size = size;
    this.timelines = timelines;
    this.source = source;
    this.backup = backup;
    this.chosen = chosen;
    this.coverage = coverage;
    this.parts = coverage.from(size.floor(backup.startLsn()));
  }

  ResolvedTarget resolve(RecoveryTarget target) throws IOException {
    if (target instanceof AtTime(Instant time, Inclusion _) && time.isBefore(backup.startTime())) {
      throw unreachable(target + " is before the backup began");
    }
    WalWalk walk = walk(Search.of(target, backup));
    Optional<Hit> hit = walk.run();
    if (hit.isPresent()) {
      requireConsistent(target, hit.get());
      return resolved(target, walk, hit.get(), List.of());
    }
    requireBackupComplete(walk);
    return atEnd(target, walk);
  }

  ResolvedTarget resolveReachable() throws IOException {
    WalWalk walk = walk(new Search.Never());
    walk.run();
    requireBackupComplete(walk);
    Hit end = new Hit(walk.lastRecord().orElse(walk.next()), walk.next(), StopRule.AFTER_RECORD);
    List<String> missing = new ArrayList<>();
    for (Gap gap : coverage.gapsFrom(coveredTo(walk))) {
      missing.add(
          "WAL is missing from "
              + gap
              + ", and no backup was made after it: what was committed later cannot be restored.");
    }
    return resolved(new Latest(), walk, end, missing);
  }

  RecoveryWindow window() throws IOException {
    WalWalk walk = walk(new Search.Never());
    walk.run();
    requireBackupComplete(walk);
    List<Gap> gaps = coverage.gapsFrom(coveredTo(walk));
    Instant from =
        walk.latestDuringBackup()
            .filter(time -> time.isAfter(backup.startTime()))
            .orElse(backup.startTime());
    Instant to = evidence(walk, gaps).filter(time -> time.isAfter(from)).orElse(from);
    return new RecoveryWindow(chosen.timeline(), backup.stopLsn(), walk.next(), from, to, gaps);
  }

  private WalWalk walk(Search search) {
    return new WalWalk(version, size, chosen.timeline(), source, parts, backup, search);
  }

  /// The server refuses to stop before its files are consistent.
  private void requireConsistent(RecoveryTarget target, Hit hit) throws IOException {
    Lsn replayed =
        switch (hit.rule()) {
          case BEFORE_RECORD -> hit.start();
          case AFTER_RECORD, AT_CONSISTENCY -> hit.end();
        };
    if (replayed.isBefore(backup.stopLsn())) {
      throw unreachable(
          target + " is reached at " + hit.start() + ", before the end of the backup");
    }
  }

  private void requireBackupComplete(WalWalk walk) {
    if (walk.lastRecord().isEmpty() || walk.next().isBefore(backup.stopLsn())) {
      String reason = walk.damage().map(end -> ", " + end.reason() + " there").orElse("");
      throw new BackupException(
          ErrorCode.RECOVERY_TARGET_UNREACHABLE,
          "WAL that the backup itself needs is missing: it needs "
              + size.floor(backup.startLsn())
              + " to "
              + backup.stopLsn()
              + " on timeline "
              + backup.timeline()
              + ", archived without a gap is only what comes before "
              + coveredTo(walk)
              + reason,
          "Choose another backup; this one cannot be recovered.");
    }
  }

  /// No record of covered WAL is the target.
  private ResolvedTarget atEnd(RecoveryTarget target, WalWalk walk) throws IOException {
    List<Gap> gaps = coverage.gapsFrom(coveredTo(walk));
    Lsn last = walk.lastRecord().orElse(walk.next());
    Hit end = new Hit(last, walk.next(), StopRule.AFTER_RECORD);
    return switch (target) {
      case Latest latest -> {
        if (!gaps.isEmpty()) {
          throw unreachable("the end of archived WAL lies behind a gap");
        }
        yield resolved(target, walk, end, List.of());
      }
      case AtTime(Instant time, Inclusion _) -> {
        boolean proved =
            walk.evidence().filter(known -> !known.isBefore(time)).isPresent()
                || evidence(walk, gaps).filter(known -> !known.isBefore(time)).isPresent();
        if (!proved) {
          throw unreachable(target + beyond(gaps));
        }
        yield resolved(
            target,
            walk,
            end,
            List.of(
                "No transaction ended after the target time; this is the end of archived WAL."));
      }
      case AtLsn(Lsn lsn, Inclusion _) -> {
        if (walk.next().isBefore(lsn)) {
          throw unreachable(target + beyond(gaps));
        }
        yield resolved(
            target,
            walk,
            end,
            List.of("No record starts at " + lsn + " or later; this is the end of archived WAL."));
      }
      case AtXid xid ->
          throw unreachable(
              target + " did not end in this WAL; targets are top-level transactions only");
      case AtName name -> throw unreachable(target + " is not in this WAL");
      case Immediate immediate -> throw unreachable("the end of the backup is not in this WAL");
    };
  }

  private static String beyond(List<Gap> gaps) {
    return gaps.isEmpty() ? " is beyond the end of archived WAL" : " lies in or behind a gap";
  }

  private ResolvedTarget resolved(
      RecoveryTarget target, WalWalk walk, Hit hit, List<String> because) throws IOException {
    Lsn neededTo = size.ceiling(hit.end());
    int timeline = backup.timeline();
    for (Part part : parts) {
      if (part.from().isBefore(hit.end())) {
        timeline = Math.max(timeline, part.timeline());
      }
    }
    List<String> remarks = new ArrayList<>(because);
    remarks.addAll(new Remarks(source, parts, target, hit).list());
    if (timeline != chosen.timeline()) {
      remarks.add(
          "The target lies on timeline "
              + timeline
              + ", before timeline "
              + chosen.timeline()
              + ".");
    }
    timelines
        .branches(backup, chosen)
        .forEach(other -> remarks.add("Timeline " + other.timeline() + " is not followed."));
    return new ResolvedTarget(
        timeline,
        hit.rule() == StopRule.AT_CONSISTENCY ? backup.stopLsn() : hit.start(),
        hit.rule(),
        walk.lastTime(),
        size.floor(backup.startLsn()),
        neededTo,
        pieces(timeline, neededTo),
        timelines.withHistoryFile(),
        remarks);
  }

  private List<WalPiece> pieces(int timeline, Lsn neededTo) {
    List<WalPiece> pieces = new ArrayList<>();
    for (Part part : parts) {
      if (part.timeline() > timeline || !part.from().isBefore(neededTo)) {
        break;
      }
      Lsn to = part.to().isBefore(neededTo) ? part.to() : neededTo;
      WalPiece before = pieces.isEmpty() ? null : pieces.getLast();
      if (before != null && before.timeline() == part.timeline()) {
        pieces.set(pieces.size() - 1, new WalPiece(before.timeline(), before.from(), to));
      } else {
        pieces.add(new WalPiece(part.timeline(), part.from(), to));
      }
    }
    return pieces;
  }

  /// The latest time of which it is known that everything up to it was passed.
  private Optional<Instant> evidence(WalWalk walk, List<Gap> gaps) throws IOException {
    Optional<Instant> observed =
        gaps.isEmpty() && walk.damage().isEmpty()
            ? source.observedUntil(chosen.timeline())
            : Optional.empty();
    return observed
        .filter(time -> walk.evidence().filter(time::isBefore).isEmpty())
        .or(walk::evidence);
  }

  private Lsn coveredTo(WalWalk walk) {
    return walk.damage()
        .map(WalEnd::at)
        .orElse(parts.isEmpty() ? size.floor(backup.startLsn()) : parts.getLast().to());
  }

  private BackupException unreachable(String what) throws IOException {
    RecoveryWindow window = window();
    return new BackupException(
        ErrorCode.RECOVERY_TARGET_UNREACHABLE,
        what + "; reachable with this backup: " + window.describe(),
        window.gaps().isEmpty()
            ? "Choose a target in that window, or another backup."
            : "Choose a backup made after the gap, or a target in that window: --target-immediate restores this"
                + " backup as it was, --target-lsn or --target-time goes on to any point before the gap.");
  }
}
