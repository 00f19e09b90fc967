package io.holdfast.postgres.recovery;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.SyntheticWal;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalIndexer;
import io.holdfast.postgres.wal.WalSummary;
import io.holdfast.postgres.wal.WalVersion;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/// An archive in memory of what [SyntheticWal] wrote.
final class SyntheticArchive implements WalIndexSource {
  private final WalVersion version;
  private final Map<Integer, SyntheticWal> wals = new HashMap<>();
  final Map<Integer, List<WalRange>> ranges = new HashMap<>();
  private final Map<WalRange, WalSummary> summaries = new HashMap<>();
  Optional<Instant> observedUntil = Optional.empty();
  long bytesRead;
  int summariesAsked;

  SyntheticArchive(WalVersion version) {
    this.version = version;
  }

  /// Archives a timeline up to a position in one piece.
  void archive(int timeline, SyntheticWal wal, Lsn to) {
    wals.put(timeline, wal);
    WalIndexer indexer = WalIndexer.anywhere(format(timeline), wal.base());
    indexer.accept(ByteBuffer.wrap(wal.bytes(wal.base(), to)));
    add(timeline, indexer.cut(Optional.empty()));
  }

  /// Archives a timeline in pieces of many sizes; some are not indexed, before some the indexer was
  /// restarted, some overlap others.
  void archive(int timeline, SyntheticWal wal, Lsn to, SplittableRandom random) {
    wals.put(timeline, wal);
    WalIndexer indexer = WalIndexer.anywhere(format(timeline), wal.base());
    Lsn at = wal.base();
    while (at.isBefore(to)) {
      if (random.nextInt(5) == 0) {
        indexer = WalIndexer.anywhere(format(timeline), at);
      }
      Lsn end = at.plus(1 + random.nextLong(random.nextInt(3) == 0 ? 3000 : 100_000));
      end = end.isBefore(to) ? end : to;
      indexer.accept(ByteBuffer.wrap(wal.bytes(at, end)));
      WalSummary summary = indexer.cut(Optional.empty());
      if (random.nextInt(6) == 0) {
        pieces(timeline).add(new WalRange(timeline, at, end));
      } else {
        add(timeline, summary);
      }
      if (random.nextInt(6) == 0) {
        overlap(timeline, wal, to, random);
      }
      at = end;
    }
  }

  private void overlap(int timeline, SyntheticWal wal, Lsn to, SplittableRandom random) {
    Lsn from = wal.base().plus(random.nextLong(to.minus(wal.base())));
    Lsn until = from.plus(1 + random.nextLong(to.minus(from)));
    WalIndexer other = WalIndexer.anywhere(format(timeline), from);
    other.accept(ByteBuffer.wrap(wal.bytes(from, until)));
    add(timeline, other.cut(Optional.empty()));
  }

  void add(int timeline, WalSummary summary) {
    WalRange range = new WalRange(timeline, summary.start(), summary.end());
    pieces(timeline).add(range);
    summaries.put(range, WalSummary.decode(summary.encode()));
  }

  /// Loses everything of a timeline between two positions.
  void lose(int timeline, Lsn from, Lsn to) {
    List<WalRange> kept = new ArrayList<>();
    for (WalRange range : pieces(timeline)) {
      if (!range.start().isBefore(to) || !from.isBefore(range.end())) {
        kept.add(range);
        continue;
      }
      if (range.start().isBefore(from)) {
        kept.add(new WalRange(timeline, range.start(), from));
      }
      if (to.isBefore(range.end())) {
        kept.add(new WalRange(timeline, to, range.end()));
      }
    }
    ranges.put(timeline, kept);
  }

  private WalFormat format(int timeline) {
    return new WalFormat(version, SyntheticWal.SIZE, timeline);
  }

  private List<WalRange> pieces(int timeline) {
    return ranges.computeIfAbsent(timeline, key -> new ArrayList<>());
  }

  List<WalRange> ranges(int timeline) {
    return List.copyOf(pieces(timeline));
  }

  @Override
  public List<WalRange> ranges(int timeline, Lsn from) {
    return pieces(timeline).stream().filter(range -> from.isBefore(range.end())).toList();
  }

  @Override
  public Optional<WalSummary> summary(WalRange range) {
    summariesAsked++;
    return Optional.ofNullable(summaries.get(range));
  }

  @Override
  public InputStream read(int timeline, Lsn from, Lsn to) {
    boolean listed =
        pieces(timeline).stream().anyMatch(r -> !from.isBefore(r.start()) && !r.end().isBefore(to));
    if (!listed) {
      throw new AssertionError("not in one piece: " + timeline + " " + from + " " + to);
    }
    bytesRead += to.minus(from);
    return new ByteArrayInputStream(
        java.util.Objects.requireNonNull(wals.get(timeline)).bytes(from, to));
  }

  @Override
  public Optional<Instant> observedUntil(int timeline) {
    return observedUntil;
  }
}
