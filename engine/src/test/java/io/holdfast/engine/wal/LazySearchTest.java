package io.holdfast.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.BackupFacts;
import io.holdfast.postgres.recovery.Inclusion;
import io.holdfast.postgres.recovery.RecoveryTarget;
import io.holdfast.postgres.recovery.TargetResolver;
import io.holdfast.postgres.recovery.TargetTimeline;
import io.holdfast.postgres.recovery.WalIndexSource;
import io.holdfast.postgres.wal.SyntheticWal;
import io.holdfast.postgres.wal.SyntheticWal.Written;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.TimelineHistory.Ancestor;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalIndexer;
import io.holdfast.postgres.wal.WalVersion;
import io.holdfast.repository.Repository;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A search that reads summaries one after another answers as one that has loaded everything.
class LazySearchTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final WalVersion VERSION = WalVersion.ofMajor(17).orElseThrow();
  private static final int TARGETS = 120;

  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyTargetIsResolvedAsFromAWholeLoad(long seed) throws IOException {
    try (Repository repository = Repositories.init(new MemoryBlobStore(), seed)) {
      Cluster cluster = new Cluster(seed, SourceWal.open(repository, "main", 7, 1 << 20));
      Set<Class<?>> kinds = new HashSet<>();
      int refused = 0;
      ArchivedWal lazy = new ArchivedWal(cluster.archive);
      WholeArchive whole = new WholeArchive(cluster.archive);
      assertThat(lazy.histories().stream().map(TimelineHistory::toString).toList())
          .isEqualTo(
              cluster.histories.stream()
                  .filter(history -> history.timeline() > 1)
                  .map(TimelineHistory::toString)
                  .toList());
      for (int i = 0; i < TARGETS; i++) {
        RecoveryTarget target = cluster.target();
        int timeline = 1 + cluster.random.nextInt(cluster.wals.size());
        String expected = cluster.resolve(whole, target, timeline);
        assertThat(cluster.resolve(lazy, target, timeline))
            .as("target %d: %s on timeline %d", i, target, timeline)
            .isEqualTo(expected);
        kinds.add(target.getClass());
        refused += expected.startsWith("refused") ? 1 : 0;
      }
      assertThat(kinds).hasSize(6);
      assertThat(refused).isBetween(1, TARGETS - 1);
      for (int timeline = 1; timeline <= cluster.wals.size(); timeline++) {
        assertThat(lazy.observedUntil(timeline)).isEqualTo(whole.observedUntil(timeline));
      }
    }
  }

  /// One backup, up to three timelines and a patchy archive of them.
  private static final class Cluster {
    final SplittableRandom random;
    final WalArchive archive;
    final List<SyntheticWal> wals = new ArrayList<>();
    final List<TimelineHistory> histories = new ArrayList<>();
    final BackupFacts backup;
    private final List<Ancestor> ancestors = new ArrayList<>();
    private Instant clock = NOON;
    private long xid = 700;

    Cluster(long seed, WalArchive archive) throws IOException {
      this.random = Seeds.random(seed);
      this.archive = archive;
      SyntheticWal first = SyntheticWal.start(VERSION, 1, 3);
      write(first, 60);
      Instant started = clock;
      int start = first.records().size();
      write(first, 20);
      this.backup =
          new BackupFacts(
              1,
              first.records().get(start).start(),
              first.records().getLast().end(),
              started,
              clock);
      write(first, 150);
      wals.add(first);
      histories.add(TimelineHistory.root(1));
      for (int timeline = 2; timeline <= 1 + random.nextInt(3); timeline++) {
        promote(timeline);
      }
      for (SyntheticWal wal : wals) {
        store(wal, wals.indexOf(wal) + 1);
      }
    }

    private void promote(int timeline) throws IOException {
      SyntheticWal old = wals.getLast();
      List<Written> possible =
          old.records().stream().filter(r -> backup.stopLsn().isBefore(r.end())).toList();
      Lsn left = possible.get(random.nextInt(possible.size())).end();
      write(old, random.nextInt(30));
      SyntheticWal branch = old.branch(timeline, left);
      write(branch, 1 + random.nextInt(100));
      wals.add(branch);
      ancestors.add(new Ancestor(timeline - 1, left, "promoted, they say"));
      histories.add(new TimelineHistory(timeline, ancestors));
      StringBuilder text = new StringBuilder();
      ancestors.forEach(
          a -> text.append(a.timeline() + "\t" + a.left() + "\t" + a.reason() + "\n"));
      archive.putFile(
          "%08X.history".formatted(timeline), text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void write(SyntheticWal wal, int records) {
      for (int i = 0; i < records; i++) {
        clock = clock.plusMillis(1 + random.nextInt(3000));
        Instant time = clock.minusMillis(random.nextLong(20_000));
        switch (random.nextInt(10)) {
          case 0 -> wal.restorePoint("point" + random.nextInt(12), time);
          case 1, 2 -> wal.noise(random.nextInt(9000));
          case 3 -> wal.abort(xid++, time);
          default -> wal.commit(xid++, time);
        }
      }
    }

    /// In pieces of many sizes; some without a summary, some lost, some twice.
    private void store(SyntheticWal wal, int timeline) throws IOException {
      WalFormat format = new WalFormat(VERSION, SyntheticWal.SIZE, timeline);
      WalIndexer indexer = WalIndexer.anywhere(format, wal.base());
      int losses = random.nextInt(3);
      Instant observed = NOON;
      for (Lsn at = wal.base(); at.isBefore(wal.position()); ) {
        Lsn end = at.plus(1 + random.nextLong(40_000));
        end = end.isBefore(wal.position()) ? end : wal.position();
        byte[] bytes = wal.bytes(at, end);
        indexer.accept(ByteBuffer.wrap(bytes));
        observed = observed.plusMillis(random.nextLong(30_000));
        byte[] summary =
            indexer.cut(random.nextInt(3) == 0 ? Optional.of(observed) : Optional.empty()).encode();
        if (losses == 0 || random.nextInt(25) != 0) {
          byte[] stored =
              switch (random.nextInt(12)) {
                case 0 -> new byte[0];
                case 1 -> new byte[] {1, 2, 3};
                default -> summary;
              };
          archive.put(
              new WalRange(timeline, at.value(), end.value()), bytes, 0, bytes.length, stored);
        } else {
          losses--;
        }
        if (random.nextInt(8) == 0) {
          overlap(wal, timeline, format);
        }
        at = end;
      }
      if (random.nextBoolean()) {
        Observations.note(archive, timeline, clock);
        Observations.note(archive, timeline, clock.minusSeconds(600));
      }
    }

    private void overlap(SyntheticWal wal, int timeline, WalFormat format) throws IOException {
      Lsn from = wal.base().plus(random.nextLong(wal.position().minus(wal.base())));
      Lsn to = from.plus(1 + random.nextLong(wal.position().minus(from)));
      byte[] bytes = wal.bytes(from, to);
      WalIndexer other = WalIndexer.anywhere(format, from);
      other.accept(ByteBuffer.wrap(bytes));
      archive.put(
          new WalRange(timeline, from.value(), to.value()),
          bytes,
          0,
          bytes.length,
          other.cut(Optional.empty()).encode());
    }

    RecoveryTarget target() {
      Inclusion inclusion = random.nextBoolean() ? Inclusion.INCLUSIVE : Inclusion.EXCLUSIVE;
      SyntheticWal wal = wals.get(random.nextInt(wals.size()));
      Written some = wal.records().get(random.nextInt(wal.records().size()));
      return switch (random.nextInt(7)) {
        case 0 -> new RecoveryTarget.AtName("point" + random.nextInt(14));
        case 1 -> new RecoveryTarget.AtXid(700 + random.nextLong(xid - 690), inclusion);
        case 2 -> new RecoveryTarget.AtLsn(some.start().plus(random.nextInt(3) - 1L), inclusion);
        case 3 -> new RecoveryTarget.Latest();
        case 4 -> new RecoveryTarget.Immediate();
        default -> {
          long span = clock.toEpochMilli() - NOON.toEpochMilli();
          yield new RecoveryTarget.AtTime(
              NOON.plusMillis(random.nextLong(span + 60_000)), inclusion);
        }
      };
    }

    String resolve(WalIndexSource source, RecoveryTarget target, int timeline) throws IOException {
      TargetResolver resolver = new TargetResolver(VERSION, SyntheticWal.SIZE, histories, source);
      TargetTimeline numbered = new TargetTimeline.Numbered(timeline);
      try {
        return resolver.resolve(backup, target, numbered).toString();
      } catch (BackupException e) {
        return "refused: " + e.code() + " " + e.getMessage();
      }
    }
  }
}
