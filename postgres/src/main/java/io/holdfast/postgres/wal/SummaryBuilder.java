package io.holdfast.postgres.wal;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalFact.RestorePoint;
import io.holdfast.postgres.wal.WalFact.TransactionEnd;
import io.holdfast.postgres.wal.WalSummary.Records;
import io.holdfast.postgres.wal.WalSummary.Transactions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Collects the facts of one piece of WAL.
final class SummaryBuilder {
  private final List<RestorePoint> restorePoints = new ArrayList<>();
  private final List<WalFact> events = new ArrayList<>();
  private final CommitSampler sampler = new CommitSampler();
  private long omittedRestorePoints;
  private long omittedEvents;
  private int tablespaceCreations;

  private @Nullable Lsn firstRecord;
  private Lsn lastRecord = new Lsn(0);
  private Lsn lastRecordEnd = new Lsn(0);
  private long records;

  private long commits;
  private long aborts;
  private long firstTime;
  private long lastTime;
  private long earliest = Long.MAX_VALUE;
  private long latest = Long.MIN_VALUE;
  private long stepBack;
  private long lowestXid = Long.MAX_VALUE;
  private long highestXid;
  private @Nullable WalEnd damage;

  void add(WalRecord record, WalVersion version) {
    if (firstRecord == null) {
      firstRecord = record.start();
    }
    lastRecord = record.start();
    lastRecordEnd = record.end();
    records++;
    WalFacts.in(record, version).ifPresent(this::add);
  }

  private void add(WalFact fact) {
    switch (fact) {
      case TransactionEnd end -> add(end);
      case RestorePoint point -> {
        if (restorePoints.size() < WalSummary.MAX_RESTORE_POINTS) {
          restorePoints.add(point);
        } else {
          omittedRestorePoints++;
        }
      }
      case WalFact.Checkpoint other -> event(other);
      case WalFact.EndOfRecovery other -> event(other);
      case WalFact.ParameterChange other -> event(other);
      case WalFact.BackupEnd other -> event(other);
      case WalFact.UnfinishedRecord other -> event(other);
      case WalFact.TablespaceCreation other -> {
        if (tablespaceCreations++ < WalSummary.MAX_TABLESPACE_CREATIONS) {
          event(other);
        } else {
          omittedEvents++;
        }
      }
    }
  }

  private void event(WalFact fact) {
    if (events.size() < WalSummary.MAX_EVENTS) {
      events.add(fact);
    } else {
      omittedEvents++;
    }
  }

  private void add(TransactionEnd end) {
    long time = WalTime.micros(end.time());
    if (commits + aborts == 0) {
      firstTime = time;
    }
    if (end.outcome().commits()) {
      commits++;
    } else {
      aborts++;
    }
    lastTime = time;
    earliest = Math.min(earliest, time);
    if (time < latest) {
      long back = latest - time;
      stepBack = Math.max(stepBack, back < 0 ? Long.MAX_VALUE : back);
    }
    latest = Math.max(latest, time);
    lowestXid = Math.min(lowestXid, end.xid());
    highestXid = Math.max(highestXid, end.xid());
    sampler.offer(end.lsn(), latest);
  }

  void damaged(WalEnd end) {
    if (damage == null) {
      damage = end;
    }
  }

  WalSummary build(int timeline, Lsn start, Lsn end, Lsn knownFrom, Optional<Instant> observedAt) {
    return new WalSummary(
        timeline,
        start,
        end,
        knownFrom,
        Optional.ofNullable(firstRecord)
            .map(first -> new Records(first, lastRecord, lastRecordEnd, records)),
        commits + aborts == 0 ? Optional.empty() : Optional.of(transactions()),
        restorePoints,
        omittedRestorePoints,
        events,
        omittedEvents,
        Optional.ofNullable(damage),
        observedAt);
  }

  private Transactions transactions() {
    return new Transactions(
        commits,
        aborts,
        WalTime.instant(firstTime),
        WalTime.instant(lastTime),
        WalTime.instant(earliest),
        WalTime.instant(latest),
        stepBack,
        lowestXid,
        highestXid,
        sampler.samples());
  }
}
