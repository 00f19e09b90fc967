package io.holdfast.engine.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.engine.wal.ArchivedWal;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.SyntheticWal;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalIndexer;
import io.holdfast.postgres.wal.WalVersion;
import io.holdfast.repository.Deletions;
import io.holdfast.repository.Repository;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import io.holdfast.repository.wal.WalRange;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.testing.StaleListingBlobStore;
import io.holdfast.storage.testing.StaleListingBlobStore.Lag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Listings go on showing WAL objects that were merged or pruned away: all WAL is read as before,
/// and what a merge leaves out because of them is merged when they have caught up.
class StaleWalListingTest {
  private static final int SEGMENT = 1 << 20;
  private static final long CLUSTER = 4711;

  private final StaleListingBlobStore store =
      new StaleListingBlobStore(new MemoryBlobStore(), Lag.SHOWS_DELETED);

  @Test
  void mergedWalIsReadAndMergedOnAlthoughItsPiecesAreStillShown() throws Exception {
    SyntheticWal wal = SyntheticWal.start(WalVersion.V17, 1, 5);
    try (Repository repository = Repositories.init(store, 1)) {
      WalArchive archive = archive(repository);
      for (int round = 1; round <= 3; round++) {
        write(wal, archive, Seeds.random(round));
        requireLeftAtMostWhatIsGone(merge(repository));
        requireSame(archive, wal, wal.base());
        assertThat(commits(archive)).isPositive();
      }
      assertThat(store.hasInjected()).isTrue();
      store.catchUp();
      assertThat(merge(repository).left()).isEmpty();
      requireSame(archive, wal, wal.base());
    }
  }

  @Test
  void prunedWalThatIsStillShownIsInNobodysWay() throws Exception {
    SyntheticWal wal = SyntheticWal.start(WalVersion.V17, 1, 5);
    try (Repository repository = Repositories.init(store, 1)) {
      WalArchive archive = archive(repository);
      write(wal, archive, Seeds.random(1));
      Lsn floor = wal.position();
      write(wal, archive, Seeds.random(2));
      Deletions deletions = new Deletions(repository.store());
      archive.delete(archive.objectsBelow(1, floor.value()), deletions);
      assertThat(deletions.objects()).isPositive();

      requireSame(archive, wal, floor);
      requireLeftAtMostWhatIsGone(merge(repository));
      requireSame(archive, wal, floor);
      assertThat(store.hasInjected()).isTrue();
      store.catchUp();
      assertThat(merge(repository).left()).isEmpty();
      requireSame(archive, wal, floor);
    }
  }

  private static WalMerge.Report merge(Repository repository) throws IOException {
    return new WalMerge(TestEngine.context(), repository).run(List.of(archive(repository)));
  }

  private static WalArchive archive(Repository repository) throws IOException {
    return SourceWal.open(repository, "main", CLUSTER, SEGMENT);
  }

  /// As a stream does that cuts often.
  private static void write(SyntheticWal wal, WalArchive archive, SplittableRandom random)
      throws IOException {
    Lsn from = wal.position();
    Lsn end = from.plus(SEGMENT / 2);
    for (long xid = 1; wal.position().isBefore(end); xid++) {
      wal.noise(1 + random.nextInt(300));
      wal.commit(xid, Instant.parse("2026-01-15T12:00:00Z"));
    }
    WalIndexer indexer =
        WalIndexer.anywhere(new WalFormat(WalVersion.V17, SyntheticWal.SIZE, 1), from);
    for (Lsn at = from; at.isBefore(wal.position()); ) {
      Lsn next = at.plus(1 + random.nextInt(6_000));
      next = next.isBefore(wal.position()) ? next : wal.position();
      byte[] bytes = wal.bytes(at, next);
      indexer.accept(ByteBuffer.wrap(bytes));
      archive.put(
          new WalRange(1, at.value(), next.value()),
          bytes,
          0,
          bytes.length,
          indexer.cut(Optional.empty()).encode());
      at = next;
    }
  }

  private static void requireSame(WalArchive archive, SyntheticWal wal, Lsn from)
      throws IOException {
    List<WalRange> ranges = archive.ranges(1);
    assertThat(WalCoverage.gaps(ranges, from.value(), wal.position().value())).isEmpty();
    assertThat(archive.readBytes(1, ranges, from.value(), wal.position().value()))
        .isEqualTo(wal.bytes(from, wal.position()));
  }

  /// It is said which pieces could not be found, and they are merged another time.
  private static void requireLeftAtMostWhatIsGone(WalMerge.Report report) {
    assertThat(report.left()).allMatch(left -> left.contains("is not in the repository"));
  }

  private static long commits(WalArchive archive) throws IOException {
    long commits = 0;
    for (WalRange range : archive.ranges(1)) {
      commits +=
          ArchivedWal.summary(archive, range).stream()
              .flatMap(summary -> summary.transactions().stream())
              .mapToLong(transactions -> transactions.commits())
              .sum();
    }
    return commits;
  }
}
