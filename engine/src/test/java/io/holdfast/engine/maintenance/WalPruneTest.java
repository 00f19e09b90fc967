package io.holdfast.engine.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.postgres.Lsn;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.PrunePolicy;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import io.holdfast.repository.wal.WalRange;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// WAL goes when no kept backup can need it, never before, beside backups that run. The model is
/// what was streamed on each timeline, and which timelines branched off where.
class WalPruneTest {
  private static final int SEGMENT = 1 << 20;
  private static final long CLUSTER = 42;
  private static final long BEGIN = 5L * SEGMENT;

  private static final PrunePolicy POLICY =
      new PrunePolicy(0, 1, Duration.ofHours(24), Duration.ZERO, Duration.ZERO);

  private final Locking store = new Locking(new MemoryBlobStore());
  private final List<Line> lines = new ArrayList<>();
  private final List<Backup> kept = new ArrayList<>();
  private Repository repository = unopened();
  private Optional<WalArchive> opened = Optional.empty();

  @BeforeEach
  void makeRepository() throws IOException {
    repository = Repositories.init(store, 1);
    opened = Optional.of(SourceWal.open(repository, "main", CLUSTER, SEGMENT));
    lines.add(new Line(1, Optional.empty(), BEGIN));
  }

  @AfterEach
  void closeRepository() {
    repository.close();
  }

  @Test
  void onlyWalBeforeTheEarliestKeptBackupGoes() throws Exception {
    Line line = lines.getFirst();
    stream(line, 3 * SEGMENT);
    Backup first = backUp(line);
    stream(line, 3 * SEGMENT + 100);
    Backup second = backUp(line);
    stream(line, SEGMENT);

    assertThat(deleted(prune())).as("before the first backup").isEqualTo(3);
    forget(first);
    Map<String, Long> before = objects();
    List<WalPrune.Part> plan = new WalPrune(repository, Set.of()).plan();
    assertThat(objects()).isEqualTo(before);
    assertThat(plan).hasSize(1);
    // The backup had made a small one more.
    assertThat(plan.getFirst().objects()).hasSize(4);
    assertThat(plan.getFirst().keptFor()).contains(second.name());

    assertThat(deleted(prune())).isEqualTo(4);
    requireNeededWal();
    assertThat(archive().ranges(1).getFirst().start())
        .isEqualTo(second.start() / SEGMENT * SEGMENT);
    assertThat(deleted(prune())).isZero();
  }

  @Test
  void walOfAClusterWithoutKeptBackupsStays() throws Exception {
    stream(lines.getFirst(), 3 * SEGMENT);
    WalArchive other = SourceWal.open(repository, "main", CLUSTER + 1, SEGMENT);
    put(other, 1, BEGIN, SEGMENT);
    assertThat(deleted(prune())).isZero();
    Backup only = backUp(lines.getFirst());
    stream(lines.getFirst(), SEGMENT);
    assertThat(deleted(prune())).isEqualTo(3);
    forget(only);
    assertThat(deleted(prune())).isZero();
    assertThat(other.ranges(1)).hasSize(1);

    // Unless its source is named: then all goes but the newest.
    WalPrune.Report named = new WalPrune(repository, Set.of("main")).run(POLICY);
    assertThat(deleted(named)).isEqualTo(2);
    assertThat(named.parts()).allSatisfy(part -> assertThat(part.keptFor()).isEmpty());
    assertThat(archive().ranges(1)).hasSize(1);
    assertThat(other.ranges(1)).hasSize(1);
  }

  @Test
  void aSourceWithoutWalThatIsNamedIsAnError() {
    assertThatThrownBy(() -> new WalPrune(repository, Set.of("mian")).plan())
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("'mian'");
  }

  @Test
  void aTimelineNeverLooksAsIfThereHadBeenNoWal() throws Exception {
    Line old = lines.getFirst();
    stream(old, 2 * SEGMENT);
    Line young = branch(old, old.end);
    stream(young, 4 * SEGMENT);
    backUp(young);
    stream(young, SEGMENT);
    var _ = prune();
    assertThat(archive().timelines()).containsExactly(1, 2);
    assertThat(archive().ranges(1)).hasSize(1);
    requireNeededWal();
  }

  @Test
  void aBackupThatBeganBeforeIsWaitedForAndItsWalStays() throws Exception {
    Line line = lines.getFirst();
    stream(line, SEGMENT);
    Running running = begin(line);
    stream(line, 2 * SEGMENT);
    backUp(line);
    stream(line, SEGMENT);
    WalPrune.Report report = prune();
    assertThat(report.waitingFor()).hasSize(1);
    assertThat(report.deletions().objects()).isZero();

    commit(running);
    assertThat(prune().waitingFor()).isEmpty();
    requireNeededWal();
    assertThat(archive().ranges(1).getFirst().start()).isEqualTo(BEGIN + SEGMENT);
  }

  @Test
  void aBackupThatBeginsBelowAnAnnouncedFloorIsRefused() throws Exception {
    Line line = lines.getFirst();
    stream(line, SEGMENT);
    long standby = line.end;
    stream(line, 3 * SEGMENT);
    backUp(line);
    stream(line, SEGMENT);
    assertThat(deleted(prune())).isPositive();
    try (BackupSession session = repository.beginSession()) {
      PhysicalFacts facts = facts(line, standby, line.end);
      assertThatThrownBy(() -> session.requireWal(facts.walNeededFrom(archive().lineage())))
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WAL_GAP));
    }
  }

  @Test
  void whatTheStoreDoesNotDeleteGoesLater() throws Exception {
    Line line = lines.getFirst();
    stream(line, 3 * SEGMENT);
    backUp(line);
    stream(line, SEGMENT);
    store.locked = true;
    WalPrune.Report report = prune();
    assertThat(report.deletions().refused()).isEqualTo(3);
    assertThat(report.deletions().refusal()).contains("locked");
    requireNeededWal();
    store.locked = false;
    assertThat(deleted(prune())).isEqualTo(3);
    requireNeededWal();
  }

  @Test
  void historiesStay() throws Exception {
    archive().putFile("00000002.history", new byte[] {1});
    stream(lines.getFirst(), 3 * SEGMENT);
    backUp(lines.getFirst());
    stream(lines.getFirst(), SEGMENT);
    assertThat(deleted(prune())).isPositive();
    assertThat(archive().files()).containsExactly("00000002.history");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whateverHappensKeptBackupsReachEveryLaterMoment(long seed) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    List<Running> running = new ArrayList<>();
    long deleted = 0;
    for (int step = 0; step < (Seeds.thorough() ? 2_000 : 250); step++) {
      Line line = lines.get(random.nextInt(lines.size()));
      switch (random.nextInt(9)) {
        case 0, 1, 2 -> stream(line, 1 + random.nextInt(2 * SEGMENT));
        case 3 -> running.add(begin(line));
        case 4 -> {
          if (!running.isEmpty()) {
            commit(running.remove(random.nextInt(running.size())));
          }
        }
        case 5 -> {
          if (kept.size() > 1) {
            Backup earliest =
                kept.stream().min(Comparator.comparingLong(Backup::start)).orElseThrow();
            forget(random.nextBoolean() ? earliest : kept.get(random.nextInt(kept.size())));
          }
        }
        case 6 -> {
          if (random.nextInt(3) == 0 && line.end > line.begin) {
            var _ = branch(line, random.nextLong(line.begin, line.end) + 1);
          }
        }
        default -> {
          if (running.size() > 2) {
            running.forEach(this::commit);
            running.clear();
          }
          deleted += prune().deletions().objects();
        }
      }
      requireNeededWal();
    }
    running.forEach(this::commit);
    requireNeededWal();
    deleted += deleted(prune());
    requireNeededWal();
    assertThat(deleted).as("objects that were deleted").isPositive();
  }

  /// A timeline and what was streamed on it.
  private static final class Line {
    private final int timeline;
    private final Optional<Line> parent;
    private final long begin;
    private long end;

    Line(int timeline, Optional<Line> parent, long begin) {
      this.timeline = timeline;
      this.parent = parent;
      this.begin = begin;
      this.end = begin;
    }

    /// Whether recovery from a position on `from` can get to this timeline.
    boolean isReachedFrom(Line from, long position) {
      return equals(from)
          || parent.filter(p -> begin >= position && p.isReachedFrom(from, position)).isPresent();
    }
  }

  private record Backup(String name, Line line, long start, StoredSnapshot snapshot) {}

  private record Running(BackupSession session, Line line, long start) {}

  private WalArchive archive() {
    return opened.orElseThrow();
  }

  private WalPrune.Report prune() throws IOException {
    return new WalPrune(repository, Set.of()).run(POLICY);
  }

  private static long deleted(WalPrune.Report report) {
    assertThat(report.waitingFor()).isEmpty();
    return report.deletions().objects();
  }

  private void stream(Line line, int bytes) throws IOException {
    for (int left = bytes; left > 0; ) {
      int cut = (int) Math.min(left, SEGMENT - line.end % SEGMENT);
      put(archive(), line.timeline, line.end, cut);
      line.end += cut;
      left -= cut;
    }
  }

  private static void put(WalArchive archive, int timeline, long start, int bytes)
      throws IOException {
    archive.put(
        new WalRange(timeline, start, start + bytes), new byte[bytes], 0, bytes, new byte[0]);
  }

  private Line branch(Line from, long at) {
    Line line = new Line(lines.size() + 1, Optional.of(from), at);
    lines.add(line);
    return line;
  }

  private Backup backUp(Line line) throws IOException {
    commit(begin(line));
    return kept.getLast();
  }

  private Running begin(Line line) throws IOException {
    return new Running(repository.beginSession(), line, line.end);
  }

  private void commit(Running running) {
    try (BackupSession session = running.session()) {
      stream(running.line(), 10);
      PhysicalFacts facts = facts(running.line(), running.start(), running.line().end);
      session.requireWal(facts.walNeededFrom(archive().lineage()));
      SnapshotRecord record =
          new SnapshotRecord(
              "backup-" + session.id(),
              "main",
              PhysicalBackup.KIND,
              "full",
              Optional.empty(),
              Repositories.NOW,
              Repositories.NOW,
              0,
              0,
              0,
              facts.toAttributes(),
              new TreeMap<>());
      kept.add(new Backup(record.name(), running.line(), running.start(), session.commit(record)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static PhysicalFacts facts(Line line, long start, long stop) {
    return new PhysicalFacts(
        CLUSTER,
        150_000,
        "15",
        line.timeline,
        new Lsn(start),
        new Lsn(stop),
        8192,
        1 << 30,
        SEGMENT,
        true,
        0,
        List.of(),
        new TreeMap<>());
  }

  private void forget(Backup backup) throws IOException {
    repository.forget(List.of(backup.snapshot().id()));
    kept.remove(backup);
  }

  /// Everything that was streamed and that a kept backup may need is there.
  private void requireNeededWal() throws IOException {
    Map<Integer, List<WalRange>> ranges = new TreeMap<>();
    for (Line line : lines) {
      ranges.put(line.timeline, archive().ranges(line.timeline));
    }
    for (Backup backup : kept) {
      for (Line line : lines) {
        if (line.isReachedFrom(backup.line(), backup.start())) {
          long from = Math.max(line.begin, backup.start() / SEGMENT * SEGMENT);
          assertThat(
                  WalCoverage.gaps(
                      ranges.getOrDefault(line.timeline, List.of()),
                      from,
                      Math.max(from, line.end)))
              .as(backup.name() + " on timeline " + line.timeline)
              .isEmpty();
        }
      }
    }
  }

  private Map<String, Long> objects() throws IOException {
    Map<String, Long> objects = new TreeMap<>();
    store.list("", blob -> objects.put(blob.key().value(), blob.bytes()));
    return objects;
  }

  private static Repository unopened() {
    try {
      return Repositories.init(new MemoryBlobStore(), 99);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// A store whose objects may be locked.
  private static final class Locking extends ForwardingBlobStore {
    private boolean locked;

    Locking(BlobStore inner) {
      super(inner);
    }

    @Override
    public void delete(BlobKey key) throws IOException {
      if (locked) {
        throw new StoreUnavailableException("the object is locked");
      }
      super.delete(key);
    }
  }
}
