package io.holdfast.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.BackupFacts;
import io.holdfast.postgres.recovery.Inclusion;
import io.holdfast.postgres.recovery.RecoveryTarget;
import io.holdfast.postgres.recovery.TargetResolver;
import io.holdfast.postgres.recovery.TargetTimeline;
import io.holdfast.postgres.recovery.WalIndexSource;
import io.holdfast.postgres.recovery.WalRange;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalSummary;
import io.holdfast.postgres.wal.WalSummary.Records;
import io.holdfast.postgres.wal.WalSummary.Sample;
import io.holdfast.postgres.wal.WalSummary.Transactions;
import io.holdfast.postgres.wal.WalVersion;
import io.holdfast.repository.Repository;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.ObservedBlobStore;
import io.holdfast.storage.ObservedBlobStore.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// An archive as a busy stream leaves it: half of its ranges are older than the backup. What it
/// costs to find a target in it, counted in requests, names and summaries held.
class ManyRangesTest {
  private static final int RANGES = Seeds.thorough() ? 100_000 : 2000;
  private static final int SAMPLES = Seeds.thorough() ? 20 : WalSummary.MAX_SAMPLES;
  private static final int BYTES = 8192;
  private static final long START = 16L << 20;
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final byte[] ZEROS = new byte[BYTES];

  /// A cipher refuses the key and nonce that it used last, which the same seed may well bring
  /// again.
  private static final AtomicLong SEEDS = new AtomicLong();

  private final AtomicLong names = new AtomicLong();
  private final ObservedBlobStore store = new ObservedBlobStore(new MemoryBlobStore());
  private Repository repository;

  @BeforeEach
  void archiveRanges() throws IOException {
    repository = Repositories.init(new NameCounter(store, names), SEEDS.incrementAndGet());
    WalArchive archive = SourceWal.open(repository, "main", 7, 1 << 20);
    for (int i = 0; i < RANGES; i++) {
      WalSummary summary = summary(i);
      archive.put(
          new io.holdfast.repository.wal.WalRange(
              1, summary.start().value(), summary.end().value()),
          ZEROS,
          0,
          BYTES,
          summary.encode());
    }
  }

  @AfterEach
  void close() {
    repository.close();
  }

  @Test
  void latestReadsEachSummaryOfTheBackupsTimeOnceAndKeepsNone() throws IOException {
    Watched wal = watched();
    Costs before = costs();
    assertThat(resolver(wal).resolve(backup(), new RecoveryTarget.Latest(), latest()).walNeededTo())
        .isEqualTo(new WalSegmentSize(1 << 20).ceiling(at(RANGES)));
    Costs used = costs().minus(before);
    assertThat(used.reads()).isBetween(RANGES / 2 - 200L, RANGES / 2 + 200L);
    assertThat(used.listings()).isEqualTo(1);
    assertThat(used.names()).isEqualTo(RANGES);
    assertThat(wal.mostHeld).isBetween(1, 4);
  }

  @Test
  void targetsThatAreNotThereAreRefusedAfterTwoPassesInLittleMemory() throws IOException {
    for (RecoveryTarget target :
        List.of(
            new RecoveryTarget.AtXid(5, Inclusion.INCLUSIVE),
            new RecoveryTarget.AtName("nowhere"),
            new RecoveryTarget.AtTime(NOON.plusSeconds(10L * RANGES), Inclusion.INCLUSIVE))) {
      Watched wal = watched();
      Costs before = costs();
      assertThatThrownBy(() -> resolver(wal).resolve(backup(), target, latest()))
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("reachable with this backup");
      Costs used = costs().minus(before);
      assertThat(used.reads()).as(target.toString()).isLessThan(RANGES + 400L);
      assertThat(used.listings()).isLessThanOrEqualTo(2);
      assertThat(wal.mostHeld).isBetween(1, 4);
    }
  }

  @Test
  void howFarTheArchiveIsCompleteIsKnownFromTheNewestRanges() throws IOException {
    Costs before = costs();
    ArchivedWal wal = new ArchivedWal(SourceWal.require(repository, "main", 7));
    assertThat(wal.timelines()).containsExactly(1);
    assertThat(wal.observedUntil(1)).contains(NOON.plusSeconds(RANGES));
    Costs used = costs().minus(before);
    assertThat(used.reads()).isLessThan(100);
    assertThat(used.listings()).isLessThanOrEqualTo(4);
    assertThat(used.names()).isLessThan(RANGES + 10L);
  }

  @Test
  void notesOfAnIdleServerAreOpenedOnlyWhereTheyAreNeededAndOnce() throws IOException {
    WalArchive archive = SourceWal.require(repository, "main", 7);
    int notes = 300;
    for (int i = 0; i < notes; i++) {
      Observations.note(archive, 1, NOON.plusSeconds(2L * RANGES + i));
    }
    ArchivedWal wal = new ArchivedWal(archive);
    Costs before = costs();
    assertThat(wal.histories()).isEmpty();
    assertThat(Interruptions.of(archive, 1)).isEmpty();
    assertThat(costs().minus(before).reads()).isZero();

    Instant inside = NOON.plusSeconds(RANGES - 10L);
    resolver(wal).resolve(backup(), new RecoveryTarget.Latest(), latest());
    assertThat(costs().minus(before).reads()).isLessThan(RANGES / 2 + notes);

    before = costs();
    assertThat(wal.observedUntil(1)).contains(NOON.plusSeconds(2L * RANGES + notes - 1));
    assertThat(wal.observedUntil(1)).hasValueSatisfying(time -> assertThat(time).isAfter(inside));
    assertThat(costs().minus(before).reads()).isLessThan(notes + 3 * 100L);
  }

  private static Lsn at(int range) {
    return new Lsn(START + (long) range * BYTES);
  }

  /// As of a range full of commits, ten of them each second.
  private static WalSummary summary(int i) {
    Instant begin = NOON.plusSeconds(i);
    Instant end = begin.plusMillis(999);
    List<Sample> samples = new ArrayList<>();
    for (int s = 0; s < SAMPLES; s++) {
      samples.add(new Sample(at(i).plus(64 + s * 8L), begin.plusMillis(s)));
    }
    return new WalSummary(
        1,
        at(i),
        at(i + 1),
        at(i),
        Optional.of(new Records(at(i).plus(64), at(i + 1).plus(-64), at(i + 1), 100)),
        Optional.of(
            new Transactions(
                300, 0, begin, end, begin, end, 0, 1000L + i, 1000L + i + 10, samples)),
        List.of(),
        0,
        List.of(),
        0,
        Optional.empty(),
        Optional.of(NOON.plusSeconds(i + 1)));
  }

  /// From the middle range on.
  private static BackupFacts backup() {
    int middle = RANGES / 2;
    return new BackupFacts(
        1,
        new WalSegmentSize(1 << 20).ceiling(at(middle)),
        new WalSegmentSize(1 << 20).ceiling(at(middle)).plus(10L * BYTES),
        NOON.plusSeconds(middle),
        NOON.plusSeconds(middle + 300));
  }

  private static TargetTimeline latest() {
    return new TargetTimeline.Latest();
  }

  private static TargetResolver resolver(WalIndexSource wal) {
    return new TargetResolver(
        WalVersion.ofMajor(17).orElseThrow(), new WalSegmentSize(1 << 20), List.of(), wal);
  }

  private Watched watched() throws IOException {
    return new Watched(new ArchivedWal(SourceWal.require(repository, "main", 7)));
  }

  private Costs costs() {
    return new Costs(
        store.count(Operation.GET).requests() - store.count(Operation.GET).failures(),
        store.count(Operation.LIST).requests(),
        names.get());
  }

  private record Costs(long reads, long listings, long names) {
    Costs minus(Costs before) {
      return new Costs(reads - before.reads, listings - before.listings, names - before.names);
    }
  }

  /// Counts what listings hand out.
  private static final class NameCounter extends ForwardingBlobStore {
    private final AtomicLong names;

    NameCounter(BlobStore inner, AtomicLong names) {
      super(inner);
      this.names = names;
    }

    @Override
    public void names(String prefix, Consumer<String> each) throws IOException {
      super.names(
          prefix,
          name -> {
            names.incrementAndGet();
            each.accept(name);
          });
    }

    @Override
    public void list(String prefix, Consumer<BlobStat> each) throws IOException {
      super.list(
          prefix,
          blob -> {
            names.incrementAndGet();
            each.accept(blob);
          });
    }
  }

  /// Counts, now and then, which of the summaries that were handed out anybody still holds.
  private static final class Watched implements WalIndexSource {
    private final WalIndexSource inner;
    private final List<WeakReference<WalSummary>> handedOut = new ArrayList<>();
    int mostHeld;

    Watched(WalIndexSource inner) {
      this.inner = inner;
    }

    @Override
    public List<WalRange> ranges(int timeline, Lsn from) throws IOException {
      return inner.ranges(timeline, from);
    }

    @Override
    public Optional<WalSummary> summary(WalRange range) throws IOException {
      Optional<WalSummary> summary = inner.summary(range);
      summary.ifPresent(found -> handedOut.add(new WeakReference<>(found)));
      if (handedOut.size() % (RANGES / 4) == 0) {
        System.gc();
        int held = 0;
        for (WeakReference<WalSummary> reference : handedOut) {
          held += reference.refersTo(null) ? 0 : 1;
        }
        mostHeld = Math.max(mostHeld, held);
      }
      return summary;
    }

    @Override
    public InputStream read(int timeline, Lsn from, Lsn to) throws IOException {
      return inner.read(timeline, from, to);
    }

    @Override
    public Optional<Instant> observedUntil(int timeline) throws IOException {
      return inner.observedUntil(timeline);
    }
  }
}
