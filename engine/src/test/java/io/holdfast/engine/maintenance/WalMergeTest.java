package io.holdfast.engine.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.SyntheticWal;
import io.holdfast.postgres.wal.WalFact.RestorePoint;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalIndexer;
import io.holdfast.postgres.wal.WalSummary;
import io.holdfast.postgres.wal.WalVersion;
import io.holdfast.repository.Repository;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.wal.PutOutcome;
import io.holdfast.repository.wal.StoredWal;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import io.holdfast.repository.wal.WalRange;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Many small WAL objects become few large ones, and at no moment, whatever breaks off, is a byte
/// of WAL or a fact about it gone.
class WalMergeTest {
  private static final int SEGMENT = 1 << 20;

  /// What SyntheticWal writes.
  private static final long CLUSTER = 4711;

  private static final Instant NOON = Instant.parse("2026-01-15T12:00:00Z");

  private final Unreliable store = new Unreliable(new MemoryBlobStore());

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void everyByteAndEveryFactStays(long seed) throws Exception {
    try (Repository repository = Repositories.init(store, seed)) {
      SplittableRandom random = Seeds.random(seed);
      WalArchive archive = archive(repository);
      SyntheticWal wal = written(random, 2 * SEGMENT);
      int before = stream(archive, wal, random, 6_000);
      List<WalSummary> pieces = summaries(archive);

      WalMerge.Report report = merge(repository);

      assertThat(report.left()).isEmpty();
      assertThat(report.deletions().objects()).isPositive();
      List<StoredWal> after = archive.objects(1);
      assertThat(after).hasSizeLessThanOrEqualTo(WalMerge.NEWEST_LEFT + 1).hasSizeLessThan(before);
      requireSame(archive, wal);
      List<WalSummary> merged = summaries(archive);
      assertThat(merged.getFirst().knownFrom()).isEqualTo(pieces.getFirst().knownFrom());
      assertThat(merged.getFirst().damage()).isEmpty();
      assertThat(transactions(merged)).isEqualTo(transactions(pieces)).isPositive();
      assertThat(points(merged)).isEqualTo(points(pieces)).isNotEmpty();
      assertThat(records(merged)).isEqualTo(records(pieces));
      assertThat(merged.getFirst().observedAt()).isEqualTo(lastObserved(pieces, merged.getFirst()));

      // What is written later is merged with it, and then there is nothing to do.
      written(wal, random, SEGMENT);
      stream(archive, wal, random, 6_000);
      assertThat(merge(repository).parts()).hasSize(1);
      assertThat(archive.objects(1)).hasSize(WalMerge.NEWEST_LEFT + 1);
      requireSame(archive, wal);
      assertThat(merge(repository).parts()).isEmpty();
    }
  }

  @Test
  void itBreaksOffAnywhereAndIsFinishedByTheNext() throws Exception {
    for (int requests = 0; ; requests++) {
      Unreliable broken = new Unreliable(new MemoryBlobStore());
      try (Repository repository = Repositories.init(broken, 1)) {
        SplittableRandom random = Seeds.random(1);
        WalArchive archive = archive(repository);
        SyntheticWal wal = written(random, SEGMENT / 2);
        stream(archive, wal, random, 20_000);
        broken.breaksAfter = requests;
        if (merges(repository)) {
          assertThat(requests).isGreaterThan(30);
          return;
        }
        broken.breaksAfter = Integer.MAX_VALUE;
        requireSame(archive, wal);
        assertThat(merge(repository).left()).isEmpty();
        requireSame(archive, wal);
        assertThat(archive.objects(1)).hasSize(WalMerge.NEWEST_LEFT + 1);
      }
    }
  }

  private static boolean merges(Repository repository) {
    try {
      var _ = merge(repository);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  @Test
  void whoeverListsMeanwhileSeesNoHole() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      SplittableRandom random = Seeds.random(1);
      WalArchive archive = archive(repository);
      SyntheticWal wal = written(random, SEGMENT);
      stream(archive, wal, random, 6_000);
      List<WalRange> old = archive.ranges(1);
      store.betweenTwoNames = () -> merge(repository);

      List<WalRange> ranges = archive.ranges(1);

      assertThat(store.betweenTwoNames).as("merged meanwhile").isNull();
      assertThat(WalCoverage.gaps(ranges, wal.base().value(), wal.position().value())).isEmpty();
      // And an older listing still reads.
      assertThat(read(archive, old, wal)).isEqualTo(wal.bytes(wal.base(), wal.position()));
    }
  }

  @Test
  void aRealHoleStaysOne() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      WalArchive archive = archive(repository);
      put(archive, 5L * SEGMENT, new byte[100]);
      put(archive, 6L * SEGMENT, new byte[100]);
      assertThat(archive.ranges(1)).hasSize(2);
      assertThatThrownBy(
              () -> archive.readBytes(1, archive.ranges(1), 5L * SEGMENT, 6L * SEGMENT + 1))
          .hasMessageContaining("missing");
    }
  }

  @Test
  void twoVersionsAreLeftAsTheyAre() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      WalArchive archive = archive(repository);
      long start = 5L * SEGMENT;
      for (int i = 0; i < 40; i++) {
        put(archive, start + 100L * i, new byte[100]);
      }
      // Overlaps two of them with other bytes.
      byte[] other = new byte[100];
      other[70] = 1;
      put(archive, start + 550, other);
      List<StoredWal> before = archive.objects(1);

      WalMerge.Report report = merge(repository);

      assertThat(report.parts()).isEmpty();
      assertThat(report.left()).singleElement().asString().contains("different bytes");
      assertThat(archive.objects(1)).isEqualTo(before);
    }
  }

  @Test
  void aConflictOfNamesKeepsItsWindowAsItIs() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      WalArchive archive = archive(repository);
      for (int i = 0; i < 40; i++) {
        put(archive, 5L * SEGMENT + 100L * i, new byte[100]);
      }
      byte[] other = new byte[100];
      other[3] = 1;
      WalRange same = new WalRange(1, 5L * SEGMENT + 300, 5L * SEGMENT + 400);
      assertThat(archive.put(same, other, 0, other.length, new byte[0]))
          .isEqualTo(PutOutcome.CONFLICT);
      List<StoredWal> stored = archive.objects(1);
      List<String> keys = new ArrayList<>();
      store.list("wal/", blob -> keys.add(blob.key().value()));
      assertThat(keys).as("names in the store").anyMatch(key -> key.contains(".v"));
      assertThat(archive.conflicts(1)).as("conflicts of %s", stored).hasSize(1);
      assertThat(stored).hasSize(41);
      assertThat(merge(repository).parts()).isEmpty();
    }
  }

  @Test
  void damagedObjectsStayForVerify() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      WalArchive archive = archive(repository);
      for (int i = 0; i < 40; i++) {
        put(archive, 5L * SEGMENT + 100L * i, new byte[100]);
      }
      store.damaged = "-0000000000500190";
      WalMerge.Report report = merge(repository);
      assertThat(report.parts()).isEmpty();
      assertThat(report.left()).hasSize(1);
      assertThat(archive.objects(1)).hasSize(40);
    }
  }

  @Test
  void objectsThatTheStoreKeepsGoLater() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      SplittableRandom random = Seeds.random(1);
      WalArchive archive = archive(repository);
      SyntheticWal wal = written(random, SEGMENT);
      stream(archive, wal, random, 6_000);
      store.locked = true;
      WalMerge.Report locked = merge(repository);
      assertThat(locked.deletions().refused()).isPositive();
      assertThat(locked.deletions().objects()).isZero();
      requireSame(archive, wal);
      store.locked = false;
      assertThat(merge(repository).deletions().objects()).isEqualTo(locked.deletions().refused());
      requireSame(archive, wal);
    }
  }

  private static WalMerge.Report merge(Repository repository) throws IOException {
    return new WalMerge(TestEngine.context(), repository).run(List.of(archive(repository)));
  }

  private static WalArchive archive(Repository repository) throws IOException {
    return SourceWal.open(repository, "main", CLUSTER, SEGMENT);
  }

  private static SyntheticWal written(SplittableRandom random, int bytes) {
    SyntheticWal wal = SyntheticWal.start(WalVersion.V17, 1, 5);
    written(wal, random, bytes);
    return wal;
  }

  private static void written(SyntheticWal wal, SplittableRandom random, int bytes) {
    Lsn end = wal.position().plus(bytes);
    for (long xid = 1; wal.position().isBefore(end); xid++) {
      switch (random.nextInt(12)) {
        case 0 -> wal.commit(xid, NOON.plusMillis(wal.position().value() / 10));
        case 1 -> wal.abort(xid, NOON.plusMillis(wal.position().value() / 10));
        case 2 -> {
          if (random.nextInt(20) == 0) {
            wal.restorePoint("point-" + xid, NOON);
          }
        }
        default -> wal.noise(1 + random.nextInt(random.nextInt(9) == 0 ? 20_000 : 300));
      }
    }
  }

  /// Stores what is not there yet, in pieces, as a stream does that may start again.
  private static int stream(
      WalArchive archive, SyntheticWal wal, SplittableRandom random, int pieceMax)
      throws IOException {
    Lsn at = new Lsn(WalCoverage.contiguousEnd(archive.ranges(1), wal.base().value()));
    WalIndexer indexer = WalIndexer.anywhere(format(), at);
    while (at.isBefore(wal.position())) {
      Lsn end = at.plus(1 + random.nextInt(pieceMax));
      end = end.isBefore(wal.position()) ? end : wal.position();
      byte[] bytes = wal.bytes(at, end);
      indexer.accept(ByteBuffer.wrap(bytes));
      Optional<Instant> observed =
          random.nextBoolean() ? Optional.of(NOON.plusMillis(at.value())) : Optional.empty();
      archive.put(
          new WalRange(1, at.value(), end.value()),
          bytes,
          0,
          bytes.length,
          indexer.cut(observed).encode());
      at = end;
    }
    return archive.ranges(1).size();
  }

  private static WalFormat format() {
    return new WalFormat(WalVersion.V17, SyntheticWal.SIZE, 1);
  }

  private static void put(WalArchive archive, long start, byte[] bytes) throws IOException {
    archive.put(new WalRange(1, start, start + bytes.length), bytes, 0, bytes.length, new byte[0]);
  }

  private static void requireSame(WalArchive archive, SyntheticWal wal) throws IOException {
    assertThat(read(archive, archive.ranges(1), wal))
        .isEqualTo(wal.bytes(wal.base(), wal.position()));
  }

  private static byte[] read(WalArchive archive, List<WalRange> ranges, SyntheticWal wal)
      throws IOException {
    return archive.readBytes(1, ranges, wal.base().value(), wal.position().value());
  }

  private static List<WalSummary> summaries(WalArchive archive) throws IOException {
    List<WalSummary> summaries = new ArrayList<>();
    for (WalRange range : archive.ranges(1)) {
      summaries.add(WalSummary.decode(archive.readSummary(range)));
    }
    return summaries;
  }

  private static long transactions(List<WalSummary> summaries) {
    return summaries.stream()
        .flatMap(summary -> summary.transactions().stream())
        .mapToLong(t -> t.commits() + t.aborts())
        .sum();
  }

  private static long records(List<WalSummary> summaries) {
    return summaries.stream()
        .flatMap(summary -> summary.records().stream())
        .mapToLong(WalSummary.Records::count)
        .sum();
  }

  private static List<String> points(List<WalSummary> summaries) {
    return summaries.stream()
        .flatMap(summary -> summary.restorePoints().stream())
        .map(RestorePoint::name)
        .toList();
  }

  private static Optional<Instant> lastObserved(List<WalSummary> pieces, WalSummary merged) {
    return pieces.stream()
        .filter(piece -> !merged.end().isBefore(piece.end()))
        .flatMap(piece -> piece.observedAt().stream())
        .max(Instant::compareTo);
  }

  private interface Meanwhile {
    WalMerge.Report run() throws IOException;
  }

  /// A store that breaks off, keeps what it should delete, shows damage, or takes its time to list.
  private static final class Unreliable extends ForwardingBlobStore {
    private int breaksAfter = Integer.MAX_VALUE;
    private boolean locked;
    private String damaged = "nothing";
    private @Nullable Meanwhile betweenTwoNames;

    Unreliable(BlobStore inner) {
      super(inner);
    }

    private void request() throws IOException {
      if (breaksAfter-- <= 0) {
        breaksAfter = 0;
        throw new StoreUnavailableException("away");
      }
    }

    @Override
    public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
      request();
      return super.putIfAbsent(key, data);
    }

    @Override
    public byte[] get(BlobKey key, int bytesMax) throws IOException {
      request();
      byte[] bytes = super.get(key, bytesMax);
      if (key.value().endsWith(damaged)) {
        bytes[bytes.length - 1] ^= 1;
      }
      return bytes;
    }

    @Override
    public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
      request();
      return super.getRange(key, offset, length);
    }

    @Override
    public void list(String prefix, Consumer<BlobStat> each) throws IOException {
      request();
      super.list(prefix, each);
    }

    /// Page after page: what is behind the page that was read may change.
    @Override
    public void names(String prefix, Consumer<String> each) throws IOException {
      request();
      Meanwhile meanwhile = betweenTwoNames;
      if (meanwhile == null || !prefix.endsWith("/00000001/")) {
        super.names(prefix, each);
        return;
      }
      betweenTwoNames = null;
      List<String> page = new ArrayList<>();
      super.names(prefix, page::add);
      String last = page.stream().sorted().skip(10).findFirst().orElseThrow();
      List<String> first = page.stream().filter(name -> name.compareTo(last) <= 0).toList();
      var _ = meanwhile.run();
      List<String> rest = new ArrayList<>();
      super.names(prefix, rest::add);
      Stream.concat(first.stream(), rest.stream().filter(name -> name.compareTo(last) > 0))
          .forEach(each);
    }

    @Override
    public void delete(BlobKey key) throws IOException {
      request();
      if (locked) {
        throw new StoreUnavailableException("the object is locked");
      }
      super.delete(key);
    }
  }
}
