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
import org.jspecify.annotations.Nullable;

/// An archive as the resolution of recovery targets sees it: positions, summaries and bytes on
/// demand. Names are listed once and kept, a few words for each range. Summaries are not: an
/// archive has more of them than memory holds. *Confined*.
public final class ArchivedWal implements WalIndexSource {
  private static final int READ_BYTES = 4 << 20;

  /// How many of the newest summaries tell until when the archive was complete.
  private static final int OBSERVED_IN_NEWEST = 64;

  /// Timelines of which there is a history and no WAL yet.
  private static final int AHEAD_MAX = 64;

  /// How far back one is searched that says so at all: pushed WAL does not.
  private static final int OBSERVED_SEARCH_MAX = 512;

  private final WalArchive archive;
  private final Map<Integer, List<io.holdfast.repository.wal.WalRange>> stored = new HashMap<>();
  private @Nullable List<TimelineHistory> histories;
  private @Nullable Map<Integer, Instant> notes;

  public ArchivedWal(WalArchive archive) {
    this.archive = archive;
  }

  @Override
  public List<WalRange> ranges(int timeline, Lsn from) throws IOException {
    return listed(timeline).stream()
        .filter(range -> from.isBefore(new Lsn(range.end())))
        .map(range -> new WalRange(timeline, new Lsn(range.start()), new Lsn(range.end())))
        .toList();
  }

  /// The ranges of a timeline, in order.
  List<io.holdfast.repository.wal.WalRange> listed(int timeline) throws IOException {
    List<io.holdfast.repository.wal.WalRange> known = stored.get(timeline);
    if (known == null) {
      known = archive.ranges(timeline);
      stored.put(timeline, known);
    }
    return known;
  }

  /// All timelines with a range, in order.
  public List<Integer> timelines() throws IOException {
    List<Integer> timelines = new ArrayList<>();
    for (int timeline : archive.timelineFolders()) {
      if (!listed(timeline).isEmpty()) {
        timelines.add(timeline);
      }
    }
    return timelines;
  }

  /// A summary that cannot be read is left out: then the WAL itself is read where it matters.
  @Override
  public Optional<WalSummary> summary(WalRange range) throws IOException {
    return summary(
        archive,
        new io.holdfast.repository.wal.WalRange(
            range.timeline(), range.start().value(), range.end().value()));
  }

  /// What an archive knows of a range without its WAL; empty if there is no summary, or one that
  /// cannot be read.
  public static Optional<WalSummary> summary(
      WalArchive archive, io.holdfast.repository.wal.WalRange range) throws IOException {
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

  /// The latest time of all notes and of the newest summaries: that of older ones can only be later
  /// if the clock went back since, and then it says nothing about now.
  @Override
  public Optional<Instant> observedUntil(int timeline) throws IOException {
    Optional<Instant> newest = Optional.ofNullable(notes().get(timeline));
    List<io.holdfast.repository.wal.WalRange> newestFirst = listed(timeline).reversed();
    int looked = 0;
    boolean found = false;
    for (io.holdfast.repository.wal.WalRange range : newestFirst) {
      if (looked >= (found ? OBSERVED_IN_NEWEST : OBSERVED_SEARCH_MAX)) {
        break;
      }
      looked++;
      Optional<Instant> observed = summary(archive, range).flatMap(WalSummary::observedAt);
      found |= observed.isPresent();
      if (observed.isPresent() && (newest.isEmpty() || observed.get().isAfter(newest.get()))) {
        newest = observed;
      }
    }
    return newest;
  }

  private Map<Integer, Instant> notes() throws IOException {
    Map<Integer, Instant> known = notes;
    if (known == null) {
      known = Observations.newest(archive);
      notes = known;
    }
    return known;
  }

  /// The timelines whose history files are archived, of those that have WAL, and of newer ones.
  /// They are asked for by name: nothing else among the small files matters, damaged or not.
  public List<TimelineHistory> histories() throws IOException {
    List<TimelineHistory> known = histories;
    if (known == null) {
      known = List.copyOf(readHistories());
      histories = known;
    }
    return known;
  }

  private List<TimelineHistory> readHistories() throws IOException {
    List<TimelineHistory> result = new ArrayList<>();
    int newest = 1;
    for (int timeline : archive.timelineFolders()) {
      if (timeline > 1) {
        history(timeline).ifPresent(result::add);
      }
      newest = Math.max(newest, timeline);
    }
    // A server that was just promoted hands over the history before any WAL.
    for (int timeline = newest + 1; timeline <= newest + AHEAD_MAX; timeline++) {
      Optional<TimelineHistory> ahead = history(timeline);
      if (ahead.isEmpty()) {
        break;
      }
      result.add(ahead.get());
    }
    return result;
  }

  private Optional<TimelineHistory> history(int timeline) throws IOException {
    return archive
        .file(new WalFileName.History(timeline).toString())
        .map(bytes -> TimelineHistory.parse(timeline, new String(bytes, StandardCharsets.UTF_8)));
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
      piece = archive.readBytes(timeline, listed(timeline), next.value(), until.value());
      position = 0;
      next = until;
      return true;
    }
  }
}
