package io.holdfast.engine.copy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.engine.copy.CopyReport.WalTally;
import io.holdfast.postgres.wal.WalFileName;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.wal.PutOutcome;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Copies ranges of write-ahead log, with their summaries, from one archive to another. WAL is
/// bound to its repository, so it is always opened and sealed anew. What the target has already,
/// cut in whatever way, is not read. What a maintenance of the source merges meanwhile is copied as
/// it is then. *Confined*; works with a few threads.
final class WalCopy {
  /// Each has a range in memory, about three times.
  private static final int WORKERS = 2;

  private final WalArchive source;
  private final WalArchive target;
  private final Cancellation cancellation;
  private final Progress progress;
  private final Consumer<String> warnings;
  private final Damage damage;

  /// Ranges that were copied because others had been merged into them.
  private final Set<WalRange> merged = ConcurrentHashMap.newKeySet();

  /// Small files that were looked at.
  private final Set<String> files = new HashSet<>();

  /// What happens when a range cannot be read, or when the target has other bytes of it.
  enum Damage {
    /// Nothing else is of use without it.
    ENDS,
    /// It is a problem of its own.
    IS_TOLD
  }

  /// Merges of one range while it is copied.
  private static final int MERGES_MAX = 10;

  /// @param warnings what was not copied and why, where it is told. From one thread at a time
  WalCopy(
      WalArchive source,
      WalArchive target,
      Cancellation cancellation,
      Progress progress,
      Damage damage,
      Consumer<String> warnings) {
    this.source = source;
    this.target = target;
    this.cancellation = cancellation;
    this.progress = progress;
    this.damage = damage;
    this.warnings = warnings;
  }

  /// What [#copy] would do.
  static WalTally plan(
      WalArchive source, Optional<WalArchive> target, int timeline, Predicate<WalRange> wanted)
      throws IOException {
    List<WalRange> ranges = source.ranges(timeline).stream().filter(wanted).toList();
    List<WalRange> missing =
        target.isEmpty() ? ranges : missing(ranges, target.get().ranges(timeline));
    long bytes = missing.stream().mapToLong(WalRange::length).sum();
    return new WalTally(missing.size(), bytes, ranges.size() - missing.size());
  }

  /// Copies what is wanted of one timeline, in order as far as threads allow, and looks whether it
  /// has arrived.
  ///
  /// @param from the first position that is asked for
  /// @throws CorruptRepositoryException if a range is damaged in the source
  WalTally copy(int timeline, long from, Predicate<WalRange> wanted) throws IOException {
    List<WalRange> ranges = source.ranges(timeline, from).stream().filter(wanted).sorted().toList();
    List<WalRange> missing = missing(ranges, target.ranges(timeline, from));
    AtomicInteger next = new AtomicInteger();
    AtomicLong objects = new AtomicLong();
    AtomicLong bytes = new AtomicLong();
    Set<WalRange> told = ConcurrentHashMap.newKeySet();
    try (Workers workers = Workers.platform("copy-wal")) {
      for (int i = 0; i < Math.min(WORKERS, missing.size()); i++) {
        workers.start(
            () -> {
              for (int at = next.getAndIncrement();
                  at < missing.size();
                  at = next.getAndIncrement()) {
                cancellation.throwIfRequested();
                long stored = copy(missing.get(at), told);
                objects.addAndGet(stored > 0 ? 1 : 0);
                bytes.addAndGet(stored);
              }
            });
      }
      workers.join();
    }
    if (!missing.isEmpty() && damage == Damage.IS_TOLD) {
      tellWhatIsLeft(timeline, from, ranges.getLast().end(), wanted, told);
    }
    return new WalTally(objects.get(), bytes.get(), ranges.size() - missing.size());
  }

  /// Listings are not of one moment: what the source has now decides. What came after the first
  /// listing is left to the next copy.
  private void tellWhatIsLeft(
      int timeline, long from, long end, Predicate<WalRange> wanted, Set<WalRange> told)
      throws IOException {
    List<WalRange> there = target.ranges(timeline, from);
    List<WalRange> now =
        source.ranges(timeline, from).stream()
            .filter(wanted)
            .filter(range -> Long.compareUnsigned(range.start(), end) < 0)
            .map(range -> Long.compareUnsigned(range.end(), end) <= 0 ? range : cut(range, end))
            .toList();
    for (WalRange range : missing(now, there)) {
      if (!told.contains(range)) {
        warn("WAL " + range + " was not copied: the source was changed meanwhile; copy again");
      }
    }
  }

  private static WalRange cut(WalRange range, long end) {
    return new WalRange(range.timeline(), range.start(), end);
  }

  /// Returns how many bytes were stored; 0 if the range was not copied, or came with another one.
  private long copy(WalRange wanted, Set<WalRange> told) throws IOException {
    WalRange range = wanted;
    for (int merges = 0; ; merges++) {
      byte[] wal;
      byte[] summary;
      try {
        wal = source.read(range);
        summary = source.readSummary(range);
      } catch (CorruptRepositoryException e) {
        Optional<WalRange> whole = isThere(range) ? Optional.empty() : source.mergedFrom(range);
        if (whole.isEmpty() || merges == MERGES_MAX) {
          if (damage == Damage.ENDS) {
            throw e;
          }
          told.add(range);
          warn("WAL " + range + " was not copied: " + e.text());
          return 0;
        }
        range = whole.get();
        if (!merged.add(range)) {
          return 0;
        }
        continue;
      }
      put(range, wal, summary);
      return wal.length;
    }
  }

  private boolean isThere(WalRange range) throws IOException {
    return source.ranges(range.timeline(), range.start()).contains(range);
  }

  private void put(WalRange range, byte[] wal, byte[] summary) throws IOException {
    PutOutcome outcome = target.put(range, wal, 0, wal.length, summary);
    progress.advance(wal.length);
    if (outcome == PutOutcome.CONFLICT) {
      conflict("other WAL of " + range);
    }
  }

  private void conflict(String what) {
    String message = "the target has " + what + "; both are kept, and its own is used";
    switch (damage) {
      case ENDS ->
          throw new BackupException(
              ErrorCode.WAL_CONFLICT,
              message,
              "'holdfast verify' of the target tells more; another repository can take the backup.");
      case IS_TOLD -> warn(message);
    }
  }

  /// Copies the small files: histories of timelines and notes. What is there is compared. Damaged
  /// ones are left out, see [#copyHistory].
  void copyFiles() throws IOException {
    for (String name : source.filesBut(-1)) {
      cancellation.throwIfRequested();
      copyFile(name);
    }
  }

  /// Copies the history of a timeline, without which nothing of the timeline can be recovered. What
  /// is there is compared, and replaced if it is damaged.
  ///
  /// @throws CorruptRepositoryException if it is damaged in the source
  void copyHistory(int timeline) throws IOException {
    if (timeline == 1) {
      return;
    }
    String name = new WalFileName.History(timeline).toString();
    try {
      copyFile(name);
    } catch (CorruptRepositoryException e) {
      if (damage == Damage.ENDS) {
        throw e;
      }
      warn(name + " was not copied: " + e.text());
    }
  }

  private void copyFile(String name) throws IOException {
    if (!files.add(name)) {
      return;
    }
    Optional<byte[]> content = source.file(name);
    if (content.isPresent() && target.putFile(name, content.get()) == PutOutcome.CONFLICT) {
      conflict("another " + name);
    }
  }

  /// Ranges that are not wholly covered by others; in order.
  private static List<WalRange> missing(List<WalRange> ranges, List<WalRange> there) {
    List<WalRange> sorted = there.stream().sorted(Comparator.naturalOrder()).toList();
    List<WalRange> missing = new ArrayList<>();
    int from = 0;
    for (WalRange range : ranges) {
      // No range is longer than the limit, so what ends before cannot cover anything from here on.
      while (from < sorted.size()
          && Long.compareUnsigned(sorted.get(from).start() + WalRange.BYTES_MAX, range.start())
              <= 0) {
        from++;
      }
      int to = from;
      while (to < sorted.size() && Long.compareUnsigned(sorted.get(to).start(), range.end()) < 0) {
        to++;
      }
      if (!WalCoverage.gaps(sorted.subList(from, to), range.start(), range.end()).isEmpty()) {
        missing.add(range);
      }
    }
    return missing;
  }

  private void warn(String warning) {
    synchronized (warnings) {
      warnings.accept(warning);
    }
  }
}
