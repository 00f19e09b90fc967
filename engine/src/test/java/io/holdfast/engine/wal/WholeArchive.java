package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.WalIndexSource;
import io.holdfast.postgres.recovery.WalRange;
import io.holdfast.postgres.wal.WalSummary;
import io.holdfast.postgres.wal.WalTime;
import io.holdfast.repository.wal.WalArchive;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The simple way to look at an archive: everything of it is loaded at once. The model for
/// [ArchivedWal].
final class WholeArchive implements WalIndexSource {
  private final WalArchive archive;
  private final Map<Integer, List<WalRange>> ranges = new HashMap<>();
  private final Map<WalRange, WalSummary> summaries = new HashMap<>();
  private final List<String> files;

  WholeArchive(WalArchive archive) throws IOException {
    this.archive = archive;
    this.files = archive.files();
    for (int timeline : archive.timelines()) {
      List<WalRange> all = new ArrayList<>();
      for (io.holdfast.repository.wal.WalRange stored : archive.ranges(timeline)) {
        WalRange range = new WalRange(timeline, new Lsn(stored.start()), new Lsn(stored.end()));
        all.add(range);
        byte[] summary = archive.readSummary(stored);
        try {
          if (summary.length > 0) {
            summaries.put(range, WalSummary.decode(summary));
          }
        } catch (BackupException _) {
          // A summary that cannot be read is none.
        }
      }
      ranges.put(timeline, all);
    }
  }

  @Override
  public List<WalRange> ranges(int timeline, Lsn from) {
    return ranges.getOrDefault(timeline, List.of());
  }

  @Override
  public Optional<WalSummary> summary(WalRange range) {
    return Optional.ofNullable(summaries.get(range));
  }

  @Override
  public InputStream read(int timeline, Lsn from, Lsn to) throws IOException {
    return new ByteArrayInputStream(
        archive.readBytes(timeline, archive.ranges(timeline), from.value(), to.value()));
  }

  @Override
  public Optional<Instant> observedUntil(int timeline) {
    String prefix = "observed.%08X.".formatted(timeline);
    Stream<Instant> notes =
        files.stream()
            .filter(name -> name.startsWith(prefix))
            .map(name -> Long.parseUnsignedLong(name.substring(prefix.length()), 16))
            .map(WalTime::instant);
    Stream<Instant> observed =
        ranges.getOrDefault(timeline, List.of()).stream()
            .flatMap(range -> summary(range).stream())
            .flatMap(summary -> summary.observedAt().stream());
    return Stream.concat(notes, observed).max(Comparator.naturalOrder());
  }
}
