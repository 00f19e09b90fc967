package io.holdfast.postgres.recovery;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.Coverage.Part;
import io.holdfast.postgres.wal.WalEnd;
import io.holdfast.postgres.wal.WalFact;
import io.holdfast.postgres.wal.WalFact.TransactionEnd;
import io.holdfast.postgres.wal.WalFacts;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalReader;
import io.holdfast.postgres.wal.WalRecord;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalSummary;
import io.holdfast.postgres.wal.WalSummary.Sample;
import io.holdfast.postgres.wal.WalVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One pass over covered WAL, as replay would make it: pieces whose summary rules out a stop are
/// passed over, the others are read.
final class WalWalk {
  private static final int READ_BYTES = 256 << 10;

  /// The record at which a search stopped.
  record Hit(Lsn start, Lsn end, StopRule rule) {}

  private final WalVersion version;
  private final WalSegmentSize size;
  private final int timeline;
  private final WalIndexSource source;
  private final List<Part> parts;
  private final BackupFacts backup;
  private final Search search;

  private Lsn next;
  private @Nullable Hit hit;
  private @Nullable Lsn lastRecord;
  private @Nullable WalEnd damage;
  private Optional<Instant> lastTime = Optional.empty();
  private Optional<Instant> latestDuringBackup = Optional.empty();
  private Optional<Instant> evidence = Optional.empty();

  /// @param parts from the start of the segment in which the backup starts
  WalWalk(
      WalVersion version,
      WalSegmentSize size,
      int timeline,
      WalIndexSource source,
      List<Part> parts,
      BackupFacts backup,
      Search search) {
    this.version = version;
    this.size = size;
    this.timeline = timeline;
    this.source = source;
    this.parts = parts;
    this.backup = backup;
    this.search = search;
    this.next = backup.startLsn();
  }

  /// Walks until the search stops or WAL ends.
  Optional<Hit> run() throws IOException {
    for (int i = 0; i < parts.size() && hit == null && damage == null; i++) {
      Part part = parts.get(i);
      if (next.isBefore(part.to())) {
        walk(i);
      }
      if (part.to().equals(part.stageEnd()) && next.isBefore(part.to())) {
        // What the old timeline began here and did not finish is not replayed.
        next = part.to();
      }
    }
    return Optional.ofNullable(hit);
  }

  private void walk(int index) throws IOException {
    Part part = parts.get(index);
    Optional<WalSummary> stored = part.summary(source);
    Optional<Instant> observedAt = stored.flatMap(WalSummary::observedAt);
    Optional<WalSummary> summary = stored.filter(this::trusted);
    boolean holdsStop =
        part.from().isBefore(backup.stopLsn()) && backup.stopLsn().isBefore(part.to());
    if (summary.isEmpty() || holdsStop) {
      read(index, observedAt);
    } else if (search.mayStopIn(summary.get())) {
      search.notBefore(summary.get()).ifPresent(sample -> jump(part, sample));
      read(index, observedAt);
    } else {
      pass(summary.get());
    }
  }

  /// Whether a summary says everything about the records from `next` on, and about no others.
  private boolean trusted(WalSummary summary) {
    return summary.damage().isEmpty()
        && !next.isBefore(summary.knownFrom())
        && summary.records().map(records -> !records.first().isBefore(next)).orElse(true);
  }

  private void pass(WalSummary summary) {
    summary
        .records()
        .ifPresent(
            records -> {
              lastRecord = records.last();
              next = records.lastEnd();
            });
    summary
        .transactions()
        .ifPresent(
            transactions -> {
              lastTime = Optional.of(transactions.last());
              seen(transactions.latest());
              if (!backup.stopLsn().isBefore(summary.end())) {
                latestDuringBackup = later(latestDuringBackup, transactions.latest());
              }
            });
    summary.restorePoints().forEach(this::seenFact);
    summary.events().forEach(this::seenFact);
    summary.observedAt().ifPresent(this::seen);
  }

  private void jump(Part part, Sample sample) {
    if (next.isBefore(sample.lsn())) {
      next = sample.lsn();
      seen(sample.latest());
      if (part.to().compareTo(backup.stopLsn()) <= 0) {
        latestDuringBackup = later(latestDuringBackup, sample.latest());
      }
    }
  }

  /// Reads from `next` to the end of a part. A record may have begun in a part before it.
  private void read(int index, Optional<Instant> observedAt) throws IOException {
    WalReader reader = WalReader.atRecord(new WalFormat(version, size, timeline), next);
    int first = index;
    while (next.isBefore(parts.get(first).from())) {
      first--;
    }
    for (Part piece : parts.subList(first, index + 1)) {
      read(reader, piece);
      if (hit != null) {
        return;
      }
      if (reader.end().isPresent()) {
        damage = reader.end().get();
        return;
      }
    }
    observedAt.ifPresent(this::seen);
  }

  private void read(WalReader reader, Part piece) throws IOException {
    Lsn from = reader.position();
    byte[] buffer = new byte[(int) Math.min(READ_BYTES, piece.to().minus(from))];
    try (InputStream in = source.read(piece.timeline(), from, piece.to())) {
      while (hit == null && reader.end().isEmpty() && reader.position().isBefore(piece.to())) {
        int wanted = (int) Math.min(buffer.length, piece.to().minus(reader.position()));
        int count = in.readNBytes(buffer, 0, wanted);
        if (count == 0) {
          throw shortRead(piece, reader.position());
        }
        reader.feed(ByteBuffer.wrap(buffer, 0, count), this::visit);
      }
    }
  }

  private boolean visit(WalRecord record) {
    Optional<WalFact> fact = WalFacts.in(record, version);
    Optional<StopRule> stop = search.stopAt(record, fact);
    if (stop.isPresent()) {
      hit = new Hit(record.start(), record.end(), stop.get());
      if (stop.get() == StopRule.BEFORE_RECORD) {
        return false;
      }
    }
    lastRecord = record.start();
    next = record.end();
    fact.ifPresent(this::seenFact);
    return stop.isEmpty();
  }

  private void seenFact(WalFact fact) {
    switch (fact) {
      case TransactionEnd end -> {
        lastTime = Optional.of(end.time());
        seen(end.time());
        if (end.lsn().isBefore(backup.stopLsn())) {
          latestDuringBackup = later(latestDuringBackup, end.time());
        }
      }
      case WalFact.RestorePoint point -> seen(point.time());
      case WalFact.Checkpoint checkpoint -> seen(checkpoint.time());
      case WalFact.EndOfRecovery end -> seen(end.time());
      case WalFact.UnfinishedRecord unfinished -> seen(unfinished.time());
      case WalFact.ParameterChange _, WalFact.BackupEnd _, WalFact.TablespaceCreation _ -> {}
    }
  }

  private void seen(Instant time) {
    evidence = later(evidence, time);
  }

  private static Optional<Instant> later(Optional<Instant> one, Instant other) {
    return one.filter(time -> time.isAfter(other)).or(() -> Optional.of(other));
  }

  private static BackupException shortRead(Part piece, Lsn at) {
    return new BackupException(
        ErrorCode.OBJECT_CORRUPT,
        "archived WAL of timeline "
            + piece.timeline()
            + " ends at "
            + at
            + " instead of "
            + piece.to(),
        "Run verify on the repository.");
  }

  /// The last record that was passed; after a stop before a record, the one before it.
  Optional<Lsn> lastRecord() {
    return Optional.ofNullable(lastRecord);
  }

  /// Where the next record would start.
  Lsn next() {
    return next;
  }

  /// The time of the last transaction end that was passed.
  Optional<Instant> lastTime() {
    return lastTime;
  }

  /// The latest time of a transaction that ended before the backup did.
  Optional<Instant> latestDuringBackup() {
    return latestDuringBackup;
  }

  /// The latest time that is known to be covered by what was passed.
  Optional<Instant> evidence() {
    return evidence;
  }

  /// Where reading failed, if it did.
  Optional<WalEnd> damage() {
    return Optional.ofNullable(damage);
  }
}
