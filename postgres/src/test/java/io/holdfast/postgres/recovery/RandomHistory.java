package io.holdfast.postgres.recovery;

import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.SyntheticWal;
import io.holdfast.postgres.wal.SyntheticWal.Ended;
import io.holdfast.postgres.wal.SyntheticWal.Other;
import io.holdfast.postgres.wal.SyntheticWal.Point;
import io.holdfast.postgres.wal.SyntheticWal.Written;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.TimelineHistory.Ancestor;
import io.holdfast.postgres.wal.TimelineHistory.Stage;
import io.holdfast.postgres.wal.WalVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/// A cluster with up to three timelines, one backup and a patchy archive; and the plain way to say
/// where a server would stop.
final class RandomHistory {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  /// What a server would do.
  sealed interface Outcome {}

  record Stop(Lsn lsn, StopRule rule) implements Outcome {}

  record Refused() implements Outcome {}

  final SplittableRandom random;
  final WalVersion version;
  final SyntheticArchive archive;
  final List<SyntheticWal> wals = new ArrayList<>();
  final List<TimelineHistory> histories = new ArrayList<>();
  final BackupFacts backup;
  private final List<Ancestor> ancestors = new ArrayList<>();
  private final long clockJitterMillis;
  private Instant clock = NOON;
  private long xid = 700;

  RandomHistory(long seed) {
    random = Seeds.random(seed);
    version = WalVersion.ofMajor(random.nextInt(13, 19)).orElseThrow();
    archive = new SyntheticArchive(version);
    clockJitterMillis = random.nextBoolean() ? 20 : 60_000;
    SyntheticWal first = SyntheticWal.start(version, 1, random.nextInt(1, 4000));
    write(first, random.nextInt(1, 40));
    Instant started = clock;
    int start = first.records().size();
    write(first, random.nextInt(2, 40));
    backup =
        new BackupFacts(
            1, first.records().get(start).start(), first.records().getLast().end(), started, clock);
    write(first, random.nextInt(1, 200));
    wals.add(first);
    histories.add(TimelineHistory.root(1));
    for (int timeline = 2; timeline <= 1 + random.nextInt(3); timeline++) {
      promote(timeline);
    }
    for (SyntheticWal wal : wals) {
      archive(wal);
    }
    if (random.nextBoolean()) {
      archive.observedUntil = Optional.of(clock);
    }
  }

  private void promote(int timeline) {
    SyntheticWal old = wals.getLast();
    List<Written> possible =
        old.records().stream().filter(r -> backup.stopLsn().isBefore(r.end())).toList();
    Lsn left = possible.get(random.nextInt(possible.size())).end();
    // The old primary goes on for a while.
    write(old, random.nextInt(30));
    SyntheticWal branch = old.branch(timeline, left);
    write(branch, random.nextInt(1, 120));
    wals.add(branch);
    ancestors.add(new Ancestor(timeline - 1, left, "promoted"));
    histories.add(new TimelineHistory(timeline, ancestors));
  }

  private void archive(SyntheticWal wal) {
    int timeline = wals.indexOf(wal) + 1;
    Lsn to = wal.position();
    if (random.nextInt(3) == 0) {
      to = to.plus(-random.nextLong(Math.min(150_000, to.minus(wal.base()))));
    }
    archive.archive(timeline, wal, to, random);
    if (random.nextInt(3) == 0) {
      Lsn from = wal.base().plus(random.nextLong(to.minus(wal.base()) + 1));
      archive.lose(timeline, from, from.plus(1 + random.nextLong(50_000)));
    }
  }

  private void write(SyntheticWal wal, int records) {
    for (int i = 0; i < records; i++) {
      clock = clock.plusMillis(1 + random.nextInt(3000));
      Instant time = clock.minusMillis(random.nextLong(clockJitterMillis));
      switch (random.nextInt(16)) {
        case 0 -> wal.restorePoint("point" + random.nextInt(12), time);
        case 1 -> wal.noise(random.nextInt(40_000));
        case 2 -> wal.abort(xid++, time);
        case 3 -> wal.commitPrepared(xid++, time);
        case 4 -> {
          if (random.nextInt(6) == 0) {
            wal.switchSegment();
          }
        }
        case 5, 6, 7 -> wal.noise(random.nextInt(3000));
        default -> wal.commit(xid++, time);
      }
    }
    wal.noise(random.nextInt(300));
  }

  RecoveryTarget randomTarget() {
    Inclusion inclusion = random.nextBoolean() ? Inclusion.INCLUSIVE : Inclusion.EXCLUSIVE;
    SyntheticWal wal = wals.get(random.nextInt(wals.size()));
    Written some = wal.records().get(random.nextInt(wal.records().size()));
    return switch (random.nextInt(6)) {
      case 0 -> new RecoveryTarget.AtName("point" + random.nextInt(14));
      case 1 -> new RecoveryTarget.AtXid(700 + random.nextLong(xid - 690), inclusion);
      case 2 -> new RecoveryTarget.AtLsn(some.start().plus(random.nextInt(3) - 1L), inclusion);
      case 3 -> random.nextBoolean() ? new RecoveryTarget.Latest() : new RecoveryTarget.Immediate();
      default -> {
        Instant time =
            switch (some.say()) {
              case Ended ended -> ended.time();
              case Point point -> point.time();
              case SyntheticWal.Lost lost -> NOON;
              case Other other ->
                  NOON.plusMillis(
                      random.nextLong(clock.toEpochMilli() - NOON.toEpochMilli() + 90_000));
            };
        yield new RecoveryTarget.AtTime(time.plusNanos(1000L * (random.nextInt(3) - 1)), inclusion);
      }
    };
  }

  /// What a server would do that is given all archived WAL.
  Outcome expected(RecoveryTarget target, TimelineHistory history) {
    List<Written> path = replayable(history);
    if (path.isEmpty() || path.getLast().end().isBefore(backup.stopLsn())) {
      return new Refused();
    }
    if (target instanceof RecoveryTarget.AtTime time && time.time().isBefore(backup.startTime())) {
      return new Refused();
    }
    for (Written record : path) {
      Optional<StopRule> rule = rule(target, record);
      if (rule.isPresent()) {
        Lsn replayed = rule.get() == StopRule.BEFORE_RECORD ? record.start() : record.end();
        if (replayed.isBefore(backup.stopLsn())) {
          return new Refused();
        }
        return new Stop(
            rule.get() == StopRule.AT_CONSISTENCY ? backup.stopLsn() : record.start(), rule.get());
      }
    }
    return atEnd(target, history, path)
        ? new Stop(path.getLast().start(), StopRule.AFTER_RECORD)
        : new Refused();
  }

  private Optional<StopRule> rule(RecoveryTarget target, Written record) {
    return switch (target) {
      case RecoveryTarget.Latest latest -> Optional.empty();
      case RecoveryTarget.Immediate immediate ->
          record.end().isBefore(backup.stopLsn())
              ? Optional.empty()
              : Optional.of(StopRule.AT_CONSISTENCY);
      case RecoveryTarget.AtLsn(Lsn lsn, Inclusion inclusion) ->
          record.start().isBefore(lsn) ? Optional.empty() : Optional.of(of(inclusion));
      case RecoveryTarget.AtXid(long wanted, Inclusion inclusion) ->
          record.say() instanceof Ended && xidOf(record) == wanted
              ? Optional.of(of(inclusion))
              : Optional.empty();
      case RecoveryTarget.AtName(String name) ->
          record.say() instanceof Point point && point.name().equals(name)
              ? Optional.of(StopRule.AFTER_RECORD)
              : Optional.empty();
      case RecoveryTarget.AtTime(Instant time, Inclusion inclusion) ->
          record.say() instanceof Ended ended
                  && (inclusion == Inclusion.INCLUSIVE
                      ? ended.time().isAfter(time)
                      : !ended.time().isBefore(time))
              ? Optional.of(StopRule.BEFORE_RECORD)
              : Optional.empty();
    };
  }

  private static long xidOf(Written record) {
    return record.say() instanceof Ended ended ? ended.xid() : 0;
  }

  private static StopRule of(Inclusion inclusion) {
    return inclusion == Inclusion.INCLUSIVE ? StopRule.AFTER_RECORD : StopRule.BEFORE_RECORD;
  }

  private boolean atEnd(RecoveryTarget target, TimelineHistory history, List<Written> path) {
    return switch (target) {
      case RecoveryTarget.Latest latest -> !gapFollows(history);
      case RecoveryTarget.AtLsn(Lsn lsn, Inclusion inclusion) ->
          !path.getLast().end().isBefore(lsn);
      case RecoveryTarget.AtTime(Instant time, Inclusion inclusion) ->
          path.stream().anyMatch(record -> proves(record, time))
              || (!gapFollows(history)
                  && archive.observedUntil.filter(until -> !until.isBefore(time)).isPresent());
      case RecoveryTarget.Immediate immediate -> false;
      case RecoveryTarget.AtXid xid -> false;
      case RecoveryTarget.AtName name -> false;
    };
  }

  private static boolean proves(Written record, Instant time) {
    return switch (record.say()) {
      case Ended ended -> !ended.time().isBefore(time);
      case Point point -> !point.time().isBefore(time);
      case Other other -> false;
      case SyntheticWal.Lost lost -> false;
    };
  }

  /// The records that a server can replay, from the backup's start on.
  List<Written> replayable(TimelineHistory history) {
    Lsn covered = coveredTo(history);
    List<Written> path = new ArrayList<>();
    for (Stage stage : history.pathFrom(1)) {
      for (Written record : wals.get(stage.timeline() - 1).records()) {
        boolean inStage =
            !record.start().isBefore(stage.begin()) && !stage.end().isBefore(record.end());
        if (inStage
            && !record.start().isBefore(backup.startLsn())
            && !covered.isBefore(lastByte(record))) {
          path.add(record);
        }
      }
    }
    return path;
  }

  /// Behind a segment switch nothing is read until the next segment.
  private static Lsn lastByte(Written record) {
    boolean isSwitch = record.manager() == 0 && record.info() == 0x40;
    return isSwitch ? record.start().plus(24) : record.end();
  }

  Lsn coveredTo(TimelineHistory history) {
    Lsn at = SyntheticWal.SIZE.floor(backup.startLsn());
    while (true) {
      Lsn to = at;
      List<Stage> path = history.pathFrom(1);
      for (int i = 0; i < path.size(); i++) {
        Stage stage = path.get(i);
        boolean usable = !at.isBefore(SyntheticWal.SIZE.floor(stage.begin()));
        for (WalRange range : archive.ranges(stage.timeline())) {
          if (usable
              && at.isBefore(stage.end())
              && !at.isBefore(range.start())
              && at.isBefore(range.end())) {
            Lsn end = range.end().isBefore(stage.end()) ? range.end() : stage.end();
            to = to.isBefore(end) ? end : to;
          }
        }
      }
      if (to.equals(at)) {
        return at;
      }
      at = to;
    }
  }

  boolean gapFollows(TimelineHistory history) {
    Lsn covered = coveredTo(history);
    List<Stage> path = history.pathFrom(1);
    if (covered.isBefore(path.getLast().begin())) {
      return true;
    }
    return archive.ranges(path.getLast().timeline()).stream()
        .anyMatch(range -> covered.isBefore(range.start()));
  }
}
