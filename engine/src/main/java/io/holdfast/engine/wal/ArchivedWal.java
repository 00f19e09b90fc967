package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.WalIndexSource;
import io.holdfast.postgres.recovery.WalRange;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalFileName;
import io.holdfast.postgres.wal.WalSummary;
import io.holdfast.repository.wal.WalArchive;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An archive as the resolution of recovery targets sees it: ranges with their summaries, bytes on
/// demand. Listings and summaries are read once. *Confined*.
public final class ArchivedWal implements WalIndexSource {
  private static final int READ_BYTES = 4 << 20;

  private final WalArchive archive;
  private final Map<Integer, List<WalRange>> ranges = new HashMap<>();
  private final Map<Integer, List<io.holdfast.repository.wal.WalRange>> stored = new HashMap<>();

  public ArchivedWal(WalArchive archive) {
    this.archive = archive;
  }

  @Override
  public List<WalRange> ranges(int timeline) throws IOException {
    List<WalRange> known = ranges.get(timeline);
    if (known == null) {
      known = load(timeline);
      ranges.put(timeline, known);
    }
    return known;
  }

  private List<WalRange> load(int timeline) throws IOException {
    List<WalRange> result = new ArrayList<>();
    for (io.holdfast.repository.wal.WalRange range : stored(timeline)) {
      result.add(
          new WalRange(timeline, new Lsn(range.start()), new Lsn(range.end()), summary(range)));
    }
    return result;
  }

  private List<io.holdfast.repository.wal.WalRange> stored(int timeline) throws IOException {
    List<io.holdfast.repository.wal.WalRange> known = stored.get(timeline);
    if (known == null) {
      known = archive.ranges(timeline);
      stored.put(timeline, known);
    }
    return known;
  }

  /// A summary that cannot be read is left out: then the WAL itself is read where it matters.
  private Optional<WalSummary> summary(io.holdfast.repository.wal.WalRange range)
      throws IOException {
    try {
      byte[] bytes = archive.readSummary(range);
      return bytes.length == 0 ? Optional.empty() : Optional.of(WalSummary.decode(bytes));
    } catch (BackupException _) {
      return Optional.empty();
    }
  }

  @Override
  public InputStream read(int timeline, Lsn from, Lsn to) {
    return new RangeStream(timeline, from, to);
  }

  @Override
  public Optional<Instant> observedUntil(int timeline) throws IOException {
    Optional<Instant> newest = Observations.newest(archive, timeline);
    for (WalRange range : ranges(timeline)) {
      Optional<Instant> observed = range.summary().flatMap(WalSummary::observedAt);
      if (observed.isPresent() && (newest.isEmpty() || observed.get().isAfter(newest.get()))) {
        newest = observed;
      }
    }
    return newest;
  }

  /// The timelines whose history files are archived.
  public List<TimelineHistory> histories() throws IOException {
    List<TimelineHistory> result = new ArrayList<>();
    for (String name : archive.files()) {
      Optional<WalFileName> parsed = WalFileName.parse(name);
      if (parsed.isPresent() && parsed.get() instanceof WalFileName.History(int timeline)) {
        byte[] content = archive.file(name).orElse(new byte[0]);
        result.add(TimelineHistory.parse(timeline, new String(content, StandardCharsets.UTF_8)));
      }
    }
    return result;
  }

  /// Reads a range in pieces of a few megabytes.
  private final class RangeStream extends InputStream {
    private final int timeline;
    private final Lsn end;
    private Lsn next;
    private byte[] piece = new byte[0];
    private int position;

    RangeStream(int timeline, Lsn from, Lsn to) {
      this.timeline = timeline;
      this.next = from;
      this.end = to;
    }

    @Override
    public int read() throws IOException {
      return fill() ? piece[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (!fill()) {
        return -1;
      }
      int step = Math.min(length, piece.length - position);
      System.arraycopy(piece, position, target, offset, step);
      position += step;
      return step;
    }

    private boolean fill() throws IOException {
      if (position < piece.length) {
        return true;
      }
      if (!next.isBefore(end)) {
        return false;
      }
      Lsn until = next.plus(Math.min(READ_BYTES, end.minus(next)));
      piece = archive.readBytes(timeline, stored(timeline), next.value(), until.value());
      position = 0;
      next = until;
      return true;
    }
  }
}
