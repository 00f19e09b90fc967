package io.holdfast.engine.restore;

import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.wal.ArchivedWal;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.ResolvedTarget;
import io.holdfast.postgres.recovery.WalPiece;
import io.holdfast.postgres.wal.WalFact.TablespaceCreation;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalIndexer;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalSummary;
import io.holdfast.postgres.wal.WalVersion;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds the tablespaces that a recovery would create. Replay of `CREATE TABLESPACE` makes a link
/// to the path that the *source* had, whatever a restore moved where: on the source's own host the
/// recovering server would then write into the files of the live one.
final class CreatedTablespaces {
  /// Before a position at which nobody knows where a record starts: enough for the page before it.
  private static final int BEFORE_BYTES = 2 * 8192;

  private static final int PAGE_BYTES = 8192;

  /// The record, its headers and those of a page.
  private static final int RECORD_BYTES_MAX = 2048;

  /// So little holds fewer creations than a summary has room for.
  private static final int STEP_BYTES = 16 << 10;

  private final WalArchive archive;
  private final WalVersion version;
  private final WalSegmentSize size;
  private final ArchivedWal bytes;

  private CreatedTablespaces(WalArchive archive, WalVersion version, WalSegmentSize size) {
    this.archive = archive;
    this.version = version;
    this.size = size;
    this.bytes = new ArchivedWal(archive);
  }

  /// What is replayed from a backup's start up to a target, in order. Reads one summary after the
  /// other, and WAL itself where a summary cannot say.
  static List<TablespaceCreation> replayed(
      WalArchive archive, PhysicalFacts facts, ResolvedTarget target) throws IOException {
    WalVersion version = WalVersion.ofMajor(facts.serverMajor()).orElseThrow();
    WalSegmentSize size = new WalSegmentSize(facts.walSegmentBytes());
    return new CreatedTablespaces(archive, version, size).replayed(facts.startLsn(), target);
  }

  private List<TablespaceCreation> replayed(Lsn backupStart, ResolvedTarget target)
      throws IOException {
    List<TablespaceCreation> found = new ArrayList<>();
    for (WalPiece piece : target.pieces()) {
      for (WalRange range : archive.ranges(piece.timeline())) {
        if (Long.compareUnsigned(range.start(), piece.to().value()) < 0
            && Long.compareUnsigned(range.end(), piece.from().value()) > 0) {
          in(piece, range).stream()
              .filter(made -> !made.lsn().isBefore(backupStart))
              .filter(made -> isReplayed(made.lsn(), target))
              .filter(made -> made.lsn().isBefore(piece.to()))
              .forEach(found::add);
        }
      }
    }
    return found.stream().distinct().toList();
  }

  private static boolean isReplayed(Lsn record, ResolvedTarget target) {
    return switch (target.rule()) {
      case AFTER_RECORD -> !target.lsn().isBefore(record);
      case BEFORE_RECORD, AT_CONSISTENCY -> record.isBefore(target.lsn());
    };
  }

  private List<TablespaceCreation> in(WalPiece piece, WalRange range) throws IOException {
    Lsn start = new Lsn(range.start());
    Lsn end = new Lsn(range.end());
    Optional<WalSummary> known = ArchivedWal.summary(archive, range);
    if (known.isEmpty() || known.get().omittedEvents() > 0 || known.get().damage().isPresent()) {
      return read(piece, start, end);
    }
    List<TablespaceCreation> found = new ArrayList<>();
    Lsn knownFrom = known.get().knownFrom();
    if (start.isBefore(knownFrom) && mayHide(start, knownFrom)) {
      found.addAll(read(piece, start, knownFrom));
    }
    found.addAll(creations(known.get()));
    return found;
  }

  /// What the summary does not know of the beginning of a range. Where that is a page, it is the
  /// rest of one record, which may be too long for one of ours. A stream that was started again
  /// begins anywhere: whole records fit before the next page.
  private static boolean mayHide(Lsn start, Lsn knownFrom) {
    return start.value() % PAGE_BYTES != 0 || knownFrom.minus(start) <= RECORD_BYTES_MAX;
  }

  private List<TablespaceCreation> read(WalPiece piece, Lsn start, Lsn end) throws IOException {
    Lsn to = piece.to().isBefore(end) ? piece.to() : end;
    Lsn from = start.minus(piece.from()) < BEFORE_BYTES ? piece.from() : start.plus(-BEFORE_BYTES);
    WalIndexer indexer = indexer(piece, from);
    List<TablespaceCreation> found = new ArrayList<>();
    byte[] buffer = new byte[STEP_BYTES];
    try (InputStream in = bytes.read(piece.timeline(), from, to)) {
      int count = in.read(buffer);
      while (count > 0) {
        indexer.accept(ByteBuffer.wrap(buffer, 0, count));
        found.addAll(creations(indexer.cut(Optional.empty())));
        count = in.read(buffer);
      }
    }
    return found;
  }

  /// A piece begins with a segment, or where its timeline branched off: at the start of a record,
  /// and nothing before it tells.
  private WalIndexer indexer(WalPiece piece, Lsn from) {
    WalFormat format = new WalFormat(version, size, piece.timeline());
    return from.equals(piece.from()) && !from.equals(size.floor(from))
        ? WalIndexer.atRecord(format, from)
        : WalIndexer.anywhere(format, from);
  }

  private static List<TablespaceCreation> creations(WalSummary summary) {
    return summary.events().stream()
        .filter(TablespaceCreation.class::isInstance)
        .map(TablespaceCreation.class::cast)
        .toList();
  }
}
