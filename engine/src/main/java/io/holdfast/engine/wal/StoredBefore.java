package io.holdfast.engine.wal;

import io.holdfast.postgres.Lsn;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// WAL that the archive has and the server was never told of. Whoever put it may have died before
/// it was durable, or heard that nobody can say: that it can be read proves nothing. So it is put
/// once more, which answers only when it is durable, before the server may be told.
public final class StoredBefore {
  private static final Logger LOG = LoggerFactory.getLogger(StoredBefore.class);

  private StoredBefore() {}

  /// Makes sure that WAL which is listed is durable, all that touches a stretch of it: what another
  /// process stores is listed a moment before that.
  ///
  /// @throws BackupException `OBJECT_CORRUPT` if a range cannot be read
  public static void confirm(WalArchive archive, int timeline, Lsn from, Lsn to)
      throws IOException {
    for (WalRange range : archive.ranges(timeline)) {
      if (new Lsn(range.start()).isBefore(to) && from.isBefore(new Lsn(range.end()))) {
        putAgain(archive, range);
      }
    }
  }

  private static void putAgain(WalArchive archive, WalRange range) throws IOException {
    byte[] wal = archive.read(range);
    archive.put(range, wal, 0, wal.length, archive.readSummary(range));
  }

  /// Where to go on: everything from `reserved`, of which the server was told, up to there is
  /// durable. What turns out to be damaged is to be streamed again.
  ///
  /// @param ranges of one timeline, in order
  /// @param floor the start of the segment that holds `reserved`
  static Lsn durableEnd(WalArchive archive, List<WalRange> ranges, Lsn floor, Lsn reserved)
      throws IOException {
    Lsn held = new Lsn(WalCoverage.contiguousEnd(ranges, floor.value()));
    for (WalRange range : ranges) {
      Lsn start = new Lsn(range.start());
      if (!reserved.isBefore(new Lsn(range.end())) || !start.isBefore(held)) {
        continue;
      }
      try {
        putAgain(archive, range);
      } catch (CorruptRepositoryException e) {
        LOG.warn("archived WAL {} is damaged and is streamed again: {}", range, e.text());
        return floor.isBefore(start) ? start : floor;
      }
    }
    return floor.isBefore(held) ? held : floor;
  }
}
