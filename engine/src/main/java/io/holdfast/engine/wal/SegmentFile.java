package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ByteSize;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Puts a WAL segment together from what is archived. The last segment of a timeline may be
/// archived in part: the rest is zeros, at which the server ends its replay. WAL that is missing
/// *before* other WAL is never papered over.
public final class SegmentFile {
  private SegmentFile() {}

  /// The segment, or empty if nothing of it or after it is archived on this timeline.
  ///
  /// @throws BackupException `WAL_GAP` if WAL is missing in it or before it while later WAL is
  ///   there
  public static Optional<WalContent> find(WalArchive archive, WalSegmentName name)
      throws IOException {
    WalSegmentSize size = new WalSegmentSize(archive.lineage().segmentBytes());
    List<WalRange> ranges = archive.ranges(name.timeline());
    Lsn start = start(name, size);
    Lsn end = name.end(size);
    Lsn contiguous = new Lsn(WalCoverage.contiguousEnd(ranges, start.value()));
    boolean laterExists =
        ranges.stream()
            .anyMatch(
                r ->
                    contiguous.isBefore(new Lsn(r.start()))
                        || contiguous.isBefore(new Lsn(r.end())));
    if (contiguous.isBefore(end) && laterExists) {
      throw new BackupException(
          ErrorCode.WAL_GAP,
          "WAL is missing from "
              + contiguous
              + " on timeline "
              + name.timeline()
              + ", and later WAL is there",
          "Recovery cannot pass this gap: choose a target before it or a backup after it ('holdfast wal status' shows gaps).");
    }
    if (!start.isBefore(contiguous)) {
      return Optional.empty();
    }
    Lsn held = contiguous.isBefore(end) ? contiguous : end;
    return Optional.of(
        consumer -> {
          archive.readBytes(name.timeline(), ranges, start.value(), held.value(), consumer);
          Zeros.handTo(consumer, end.minus(held));
        });
  }

  /// Where a segment begins.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if no cluster with segments of this size has one of
  ///   that name
  static Lsn start(WalSegmentName name, WalSegmentSize size) {
    if (!name.fits(size)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          name + " is not the name of a WAL segment of " + new ByteSize(size.bytes()),
          "Its last eight digits go up to "
              + String.format(Locale.ROOT, "%08X", size.segmentsPerLogFile() - 1)
              + " there: check the name, and that the file is whole.");
    }
    return name.start(size);
  }
}
