package io.holdfast.engine.maintenance;

import io.holdfast.base.BackupException;
import io.holdfast.engine.wal.ArchivedWal;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalIndexer;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalSummary;
import io.holdfast.postgres.wal.WalVersion;
import io.holdfast.repository.wal.StoredWal;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalLineage;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Makes the summary of merged WAL, from the WAL itself: those of the pieces have limits that would
/// add up, and some have none.
final class MergedSummary {
  /// So much WAL before the range is read, to know of records that begin there and end in it.
  private static final int BEFORE_BYTES = 64 << 10;

  private final WalArchive archive;
  private final WalRange merged;

  MergedSummary(WalArchive archive, WalRange merged) {
    this.archive = archive;
    this.merged = merged;
  }

  /// @param pieces whose observations it takes over
  /// @return empty if it cannot be told which version of PostgreSQL wrote it; then WAL itself is
  ///   read where it matters
  byte[] of(byte[] wal, List<StoredWal> pieces) throws IOException {
    Optional<WalVersion> version = version(wal);
    if (version.isEmpty()) {
      return new byte[0];
    }
    WalLineage lineage = archive.lineage();
    WalFormat format =
        new WalFormat(
            version.get(),
            new WalSegmentSize(lineage.segmentBytes()),
            merged.timeline(),
            OptionalLong.of(lineage.systemIdentifier()));
    byte[] before = before();
    WalIndexer indexer = WalIndexer.anywhere(format, new Lsn(merged.start()).plus(-before.length));
    if (before.length > 0) {
      indexer.accept(ByteBuffer.wrap(before));
      var _ = indexer.cut(Optional.empty());
    }
    indexer.accept(ByteBuffer.wrap(wal));
    return indexer.cut(observed(pieces)).encode();
  }

  /// The first page that begins in the range says it.
  private Optional<WalVersion> version(byte[] wal) {
    int page = (int) (-merged.start() & (WalFormat.PAGE_BYTES - 1));
    return page + Short.BYTES > wal.length
        ? Optional.empty()
        : WalVersion.ofPageMagic(
            ByteBuffer.wrap(wal).order(ByteOrder.LITTLE_ENDIAN).getShort(page) & 0xffff);
  }

  private byte[] before() throws IOException {
    long start = merged.start();
    long from = Long.compareUnsigned(start, BEFORE_BYTES) < 0 ? 0 : start - BEFORE_BYTES;
    try {
      return archive.readBytes(
          merged.timeline(), archive.ranges(merged.timeline(), from), from, start);
    } catch (BackupException _) {
      // Missing or damaged: the summary then says from where on it knows everything.
      return new byte[0];
    }
  }

  /// What was true of a piece, that the archive held all that had been written by then, is true of
  /// what the piece is part of.
  private Optional<Instant> observed(List<StoredWal> pieces) throws IOException {
    List<Instant> times = new ArrayList<>();
    for (StoredWal piece : pieces) {
      ArchivedWal.summary(archive, piece.range())
          .flatMap(WalSummary::observedAt)
          .ifPresent(times::add);
    }
    return times.stream().max(Comparator.naturalOrder());
  }
}
