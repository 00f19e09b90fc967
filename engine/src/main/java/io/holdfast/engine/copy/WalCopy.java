package io.holdfast.engine.copy;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Progress;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.engine.copy.CopyReport.WalTally;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.wal.PutOutcome;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Copies ranges of write-ahead log, with their summaries, from one archive to another. WAL is
/// bound to its repository, so it is always opened and sealed anew. What the target has already,
/// cut in whatever way, is not read. *Confined*; works with a few threads.
final class WalCopy {
  /// Each has a range in memory, about three times.
  private static final int WORKERS = 2;

  private final WalArchive source;
  private final WalArchive target;
  private final Cancellation cancellation;
  private final Progress progress;
  private final Consumer<String> warnings;
  private final Damage damage;

  /// What happens when a range cannot be read.
  enum Damage {
    /// Nothing else is of use without it.
    ENDS,
    /// It is a problem of its own.
    IS_TOLD
  }

  /// @param warnings what a person should know: conflicts, and damage where it is told. From one
  ///   thread at a time
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

  /// Copies what is wanted of one timeline, in order as far as threads allow.
  ///
  /// @throws CorruptRepositoryException if a range is damaged in the source
  WalTally copy(int timeline, Predicate<WalRange> wanted) throws IOException {
    List<WalRange> ranges = source.ranges(timeline).stream().filter(wanted).toList();
    List<WalRange> missing = missing(ranges, target.ranges(timeline));
    AtomicInteger next = new AtomicInteger();
    AtomicLong objects = new AtomicLong();
    AtomicLong bytes = new AtomicLong();
    try (Workers workers = Workers.platform("copy-wal")) {
      for (int i = 0; i < Math.min(WORKERS, missing.size()); i++) {
        workers.start(
            () -> {
              for (int at = next.getAndIncrement();
                  at < missing.size();
                  at = next.getAndIncrement()) {
                cancellation.throwIfRequested();
                if (copy(missing.get(at))) {
                  objects.incrementAndGet();
                  bytes.addAndGet(missing.get(at).length());
                }
              }
            });
      }
      workers.join();
    }
    return new WalTally(objects.get(), bytes.get(), ranges.size() - missing.size());
  }

  /// False if it was not copied: it is damaged, or a prune of the source took it away.
  private boolean copy(WalRange range) throws IOException {
    byte[] wal;
    byte[] summary;
    try {
      wal = source.read(range);
      summary = source.readSummary(range);
    } catch (CorruptRepositoryException e) {
      boolean isThere = source.ranges(range.timeline()).contains(range);
      if (isThere && damage == Damage.ENDS) {
        throw e;
      }
      if (isThere) {
        warn("WAL " + range + " was not copied: " + e.text());
      }
      return false;
    }
    PutOutcome outcome = target.put(range, wal, 0, wal.length, summary);
    progress.advance(wal.length);
    if (outcome == PutOutcome.CONFLICT) {
      warn("the target has other WAL of " + range + "; both are kept, and its own is used");
    }
    return true;
  }

  /// Copies the small files that the target lacks: histories of timelines and notes. Damaged ones
  /// are left out.
  void copyFiles() throws IOException {
    for (String name : source.filesBut(-1)) {
      cancellation.throwIfRequested();
      copyFile(name);
    }
  }

  /// Copies one small file, if there is one of that name.
  void copyFile(String name) throws IOException {
    if (target.file(name).isPresent()) {
      return;
    }
    Optional<byte[]> content = source.file(name);
    if (content.isPresent() && target.putFile(name, content.get()) == PutOutcome.CONFLICT) {
      warn("the target has another " + name + "; both are kept");
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
