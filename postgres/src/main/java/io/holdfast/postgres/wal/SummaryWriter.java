package io.holdfast.postgres.wal;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalSummary.Records;
import io.holdfast.postgres.wal.WalSummary.Sample;
import io.holdfast.postgres.wal.WalSummary.Transactions;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Writes the stored form of a summary, see `docs/format/wal-summary.md`.
final class SummaryWriter {
  static final int MAGIC = 0x48465753;
  static final int VERSION = 1;

  static final int HAS_RECORDS = 1;
  static final int HAS_TRANSACTIONS = 2;
  static final int HAS_DAMAGE = 4;
  static final int HAS_OBSERVED = 8;

  static final int CHECKPOINT_ONLINE = 1;
  static final int CHECKPOINT_SHUTDOWN = 2;
  static final int END_OF_RECOVERY = 3;
  static final int PARAMETER_CHANGE = 4;
  static final int BACKUP_END = 5;
  static final int UNFINISHED_RECORD = 6;
  static final int TABLESPACE_CREATION = 7;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);
  private final Lsn base;

  private SummaryWriter(Lsn base) {
    this.base = base;
  }

  static byte[] encode(WalSummary summary) {
    SummaryWriter writer = new SummaryWriter(summary.start());
    writer.write(summary);
    return writer.out.toByteArray();
  }

  private void write(WalSummary summary) {
    out.writeBytes(ByteBuffer.allocate(5).putInt(MAGIC).put((byte) VERSION).array());
    unsigned(summary.timeline());
    fixed(summary.start().value());
    unsigned(summary.end().minus(summary.start()));
    lsn(summary.knownFrom());
    out.write(
        (summary.records().isPresent() ? HAS_RECORDS : 0)
            | (summary.transactions().isPresent() ? HAS_TRANSACTIONS : 0)
            | (summary.damage().isPresent() ? HAS_DAMAGE : 0)
            | (summary.observedAt().isPresent() ? HAS_OBSERVED : 0));
    summary.records().ifPresent(this::records);
    summary.transactions().ifPresent(this::transactions);
    unsigned(summary.restorePoints().size());
    summary.restorePoints().forEach(this::restorePoint);
    unsigned(summary.omittedRestorePoints());
    unsigned(summary.events().size());
    summary.events().forEach(this::event);
    unsigned(summary.omittedEvents());
    summary
        .damage()
        .ifPresent(
            damage -> {
              lsn(damage.at());
              out.write(damage.reason().number());
            });
    summary.observedAt().ifPresent(at -> fixed(WalTime.micros(at)));
  }

  private void records(Records records) {
    lsn(records.first());
    unsigned(records.last().minus(records.first()));
    unsigned(records.lastEnd().minus(records.last()));
    unsigned(records.count());
  }

  private void transactions(Transactions transactions) {
    unsigned(transactions.commits());
    unsigned(transactions.aborts());
    long first = WalTime.micros(transactions.first());
    fixed(first);
    signed(WalTime.micros(transactions.last()) - first);
    signed(WalTime.micros(transactions.earliest()) - first);
    signed(WalTime.micros(transactions.latest()) - first);
    unsigned(transactions.largestStepBack());
    unsigned(transactions.lowestXid());
    unsigned(transactions.highestXid() - transactions.lowestXid());
    unsigned(transactions.samples().size());
    Lsn beforeLsn = base;
    long beforeTime = first;
    for (Sample sample : transactions.samples()) {
      long time = WalTime.micros(sample.latest());
      signed(sample.lsn().minus(beforeLsn));
      signed(time - beforeTime);
      beforeLsn = sample.lsn();
      beforeTime = time;
    }
  }

  private void restorePoint(WalFact.RestorePoint point) {
    lsn(point.lsn());
    unsigned(point.end().minus(point.lsn()));
    fixed(WalTime.micros(point.time()));
    byte[] name = point.name().getBytes(StandardCharsets.UTF_8);
    unsigned(name.length);
    out.writeBytes(name);
  }

  private void event(WalFact fact) {
    switch (fact) {
      case WalFact.Checkpoint checkpoint -> {
        boolean online = checkpoint.kind() == WalFact.Kind.ONLINE;
        tag(online ? CHECKPOINT_ONLINE : CHECKPOINT_SHUTDOWN, fact);
        lsn(checkpoint.redo());
        signed(checkpoint.timeline());
        signed(checkpoint.previousTimeline());
        signed(checkpoint.time().getEpochSecond());
      }
      case WalFact.EndOfRecovery end -> {
        tag(END_OF_RECOVERY, fact);
        signed(end.timeline());
        signed(end.previousTimeline());
        fixed(WalTime.micros(end.time()));
      }
      case WalFact.ParameterChange change -> {
        tag(PARAMETER_CHANGE, fact);
        signed(change.maxConnections());
        signed(change.maxWorkerProcesses());
        signed(change.maxWalSenders());
        signed(change.maxPreparedTransactions());
        signed(change.maxLocksPerTransaction());
        out.write(change.walLevel().number());
        out.write(change.hints() == WalFact.Hints.LOGGED ? 1 : 0);
      }
      case WalFact.BackupEnd end -> {
        tag(BACKUP_END, fact);
        unsigned(end.end().minus(end.lsn()));
        lsn(end.backupStart());
      }
      case WalFact.UnfinishedRecord unfinished -> {
        tag(UNFINISHED_RECORD, fact);
        lsn(unfinished.lost());
        fixed(WalTime.micros(unfinished.time()));
      }
      case WalFact.TablespaceCreation creation -> {
        tag(TABLESPACE_CREATION, fact);
        unsigned(creation.oid());
        byte[] path = creation.path().getBytes(StandardCharsets.UTF_8);
        unsigned(path.length);
        out.writeBytes(path);
      }
      case WalFact.TransactionEnd other -> throw new IllegalArgumentException("event " + other);
      case WalFact.RestorePoint other -> throw new IllegalArgumentException("event " + other);
    }
  }

  private void tag(int tag, WalFact fact) {
    out.write(tag);
    lsn(fact.lsn());
  }

  private void lsn(Lsn lsn) {
    signed(lsn.minus(base));
  }

  private void fixed(long value) {
    out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  private void signed(long value) {
    unsigned((value << 1) ^ (value >> 63));
  }

  private void unsigned(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
