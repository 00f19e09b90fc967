package io.holdfast.engine.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.backup.NeededRanges;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.copy.CopyReport.Outcome;
import io.holdfast.engine.verify.Verify;
import io.holdfast.repository.Exchange;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.wal.PutOutcome;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import io.holdfast.repository.wal.WalRange;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A copy that says it is whole is whole; what is not there, and what cannot be known, is named.
class WholeCopyTest {
  private static final String HISTORY = "00000002.history";

  private final MemoryBlobStore sourceStore = new MemoryBlobStore();
  private final MemoryBlobStore targetStore = new MemoryBlobStore();
  private final Changing changing = new Changing(sourceStore);
  private final CopyWorld world = world(changing);

  @BeforeEach
  void fill() throws IOException {
    world.stream(3 * CopyWorld.SEGMENT);
    world.backUp();
    world.stream(CopyWorld.SEGMENT + 77);
    world.backUpFiles();
    world.stream(2 * CopyWorld.SEGMENT);
  }

  @AfterEach
  void close() {
    world.close();
  }

  @ParameterizedTest
  @EnumSource
  void walThatIsMergedWhileItIsCopiedArrives(CopyRequest.Wal wal) throws Exception {
    List<WalRange> ranges = world.archive(world.source).ranges(1);
    int from =
        switch (wal) {
          // The backup begins with the fourth segment.
          case NEEDED -> 3;
          case ALL -> ranges.size() - 4;
        };
    WalRange first = ranges.get(from);
    changing.before(first, () -> merge(ranges.subList(from, ranges.size())));
    try (Repository target = CopyWorld.stranger(targetStore, 6)) {
      CopyReport report = world.copy(target, new CopyRequest(List.of(), Optional.empty(), wal));
      assertThat(changing.action).as("merged meanwhile").isEmpty();
      assertThat(report.isWhole()).isTrue();
      WalRange last = ranges.getLast();
      List<WalRange> arrived = world.archive(target).ranges(1);
      assertThat(WalCoverage.gaps(arrived, first.start(), last.end())).isEmpty();
      assertThat(world.archive(target).readBytes(1, arrived, first.start(), last.end()))
          .isEqualTo(bytes(first.start(), last.end()));
      // Once, though each of those that were merged asked for it.
      assertThat(arrived.stream().filter(range -> range.length() > CopyWorld.SEGMENT)).hasSize(1);
    }
  }

  @Test
  void walThatIsPrunedWhileItIsCopiedIsNamed() throws Exception {
    WalRange last = world.archive(world.source).ranges(1).getLast();
    changing.before(last, () -> sourceStore.delete(changing.key));
    try (Repository target = CopyWorld.stranger(targetStore, 6)) {
      CopyReport report = world.copy(target);
      assertThat(report.count(Outcome.COPIED)).isEqualTo(2);
      assertThat(report.isWhole()).isFalse();
      assertThat(report.isPartial()).isTrue();
      assertThat(report.walProblems()).singleElement().asString().contains(last.toString());
    }
  }

  @Test
  void aBackupWhosePackIsLostInTheTargetIsNotSaidToBeThere() throws Exception {
    try (Repository target = CopyWorld.stranger(targetStore, 6)) {
      world.copy(target);
      targetStore.delete(
          new BlobKey(names(targetStore, name -> name.startsWith("packs/")).getFirst()));
      CopyReport again = world.copy(target);
      assertThat(again.count(Outcome.FAILED)).isPositive();
      assertThat(again.isWhole()).isFalse();
      assertThat(again.backups().stream().map(CopyReport.Copied::problem))
          .anyMatch(problem -> problem.contains("is there, but damaged"));
    }
  }

  @Test
  void whatIsTooOldStaysBehind() throws Exception {
    List<StoredSnapshot> backups = BackupCatalog.of(world.source).all();
    assertThat(backups).hasSize(2);
    Instant second = backups.getLast().record().startedAt();
    try (Repository target = CopyWorld.stranger(targetStore, 6)) {
      Duration age = Duration.ofHours(1);
      CopyReport report = copyWithin(target, age, second.plus(age));
      assertThat(report.isWhole()).isTrue();
      assertThat(report.backups())
          .extracting(CopyReport.Copied::name)
          .containsExactly(backups.getLast().record().name());
      assertThat(world.copy(target).isWhole()).isTrue();
      WalArchive from = world.archive(world.source);
      WalRange last = from.ranges(1).getLast();
      WalRange later = new WalRange(1, last.end(), last.end() + 100);
      from.put(later, new byte[100], 0, 100, new byte[] {1, 2, 3});
      CopyReport again = copyWithin(target, age, second.plus(age).plusSeconds(1));
      assertThat(again.backups())
          .as("what is there is looked at, however old it is")
          .extracting(CopyReport.Copied::outcome)
          .containsExactly(Outcome.ALREADY_THERE, Outcome.ALREADY_THERE);
      assertThat(world.archive(target).ranges(1)).as("WAL goes on").contains(later);
    }
  }

  private CopyReport copyWithin(Repository target, Duration age, Instant now) {
    EngineContext context =
        new EngineContext(
            new SettableClock(now),
            Seeds.entropy(2),
            Pause.real(),
            Progress.NONE,
            new Cancellation(),
            Map.of());
    return new Copy(
            context,
            new OpenRepository(world.source, "source"),
            new OpenRepository(target, "target"))
        .run(new CopyRequest(List.of(), Optional.empty(), CopyRequest.Wal.ALL, Optional.of(age)));
  }

  @Test
  void walThatIsLostInTheTargetIsBroughtAgain() throws Exception {
    CopyRequest needed = new CopyRequest(List.of(), Optional.empty(), CopyRequest.Wal.NEEDED);
    try (Repository target = CopyWorld.stranger(targetStore, 6)) {
      world.copy(target, needed);
      List<String> lost = names(targetStore, WholeCopyTest::isWal);
      assertThat(lost).isNotEmpty();
      for (String name : lost) {
        targetStore.delete(new BlobKey(name));
      }
      CopyReport again = world.copy(target, needed);
      assertThat(again.count(Outcome.ALREADY_THERE)).isEqualTo(2);
      assertThat(again.wal().objects()).isEqualTo(lost.size());
      assertThat(names(targetStore, WholeCopyTest::isWal)).isEqualTo(lost);
    }
  }

  @Test
  void aBackupWhoseWalTheTargetLosesDoesNotComeToExist() throws Exception {
    CopyWorld.stranger(targetStore, 6).close();
    BlobStore losing =
        new ForwardingBlobStore(targetStore) {
          @Override
          public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
            return isWal(key.value()) ? PutResult.STORED : super.putIfAbsent(key, data);
          }
        };
    try (Repository target = CopyWorld.reopened(losing, 7)) {
      CopyReport report = world.copy(target);
      assertThat(report.backups().getFirst().problem()).contains("in the target repository");
      assertThat(target.snapshots()).hasSize(1);
    }
  }

  @Test
  void otherWalOfTheSameRangeInTheTargetFailsTheBackup() throws Exception {
    WalRange needed = world.archive(world.source).ranges(1).get(3);
    try (Repository target = CopyWorld.stranger(targetStore, 6)) {
      WalArchive archive = world.archive(target);
      byte[] other = new byte[needed.length()];
      archive.put(needed, other, 0, other.length, new byte[0]);
      byte[] right = world.archive(world.source).read(needed);
      assertThat(archive.put(needed, right, 0, right.length, new byte[0]))
          .isEqualTo(PutOutcome.CONFLICT);
      CopyReport report = world.copy(target);
      assertThat(report.backups().getFirst().outcome()).isEqualTo(Outcome.FAILED);
      assertThat(report.backups().getFirst().problem()).contains("other WAL of " + needed);
      assertThat(report.count(Outcome.COPIED)).isEqualTo(1);
    }
  }

  @Test
  void entriesOfTheListThatCannotBeReadAreNamed() throws Exception {
    for (String name : names(sourceStore, name -> name.matches("log/.*/1"))) {
      damage(sourceStore, name);
      break;
    }
    try (CopyWorld later = world.reopen();
        Repository target = CopyWorld.stranger(targetStore, 6)) {
      CopyReport report = later.copy(target);
      assertThat(report.problems()).isNotEmpty();
      assertThat(report.isWhole()).isFalse();
      assertThat(report.isPartial()).isTrue();
    }
  }

  @Test
  void aSourceThatIsNotThereIsAnError() throws Exception {
    try (Repository target = CopyWorld.stranger(targetStore, 6)) {
      CopyRequest typo = new CopyRequest(List.of(), Optional.of("mian"), CopyRequest.Wal.ALL);
      assertThatThrownBy(() -> world.copy(target, typo))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_NOT_FOUND));
    }
  }

  @Test
  void aDamagedHistoryOfTheTargetIsReplaced() throws Exception {
    byte[] history = branchOff();
    try (Repository target = CopyWorld.stranger(targetStore, 6)) {
      world.copy(target);
      assertThat(world.archive(target).file(HISTORY)).hasValue(history);
      for (String name : names(targetStore, name -> name.contains("/files/"))) {
        damage(targetStore, name);
      }
      assertThat(world.copy(target).isWhole()).isTrue();
      assertThat(world.archive(target).file(HISTORY)).hasValue(history);
    }
  }

  @Test
  void aDamagedHistoryOfTheSourceIsNamed() throws Exception {
    var _ = branchOff();
    for (String name : names(sourceStore, name -> name.contains("/files/"))) {
      damage(sourceStore, name);
    }
    try (Repository target = CopyWorld.stranger(targetStore, 6)) {
      CopyReport report = world.copy(target);
      assertThat(report.count(Outcome.COPIED)).isEqualTo(2);
      assertThat(report.walProblems()).singleElement().asString().contains(HISTORY);
    }
  }

  @Test
  void aDamagedLineDoesNotEndTheRun() throws Exception {
    String about = names(sourceStore, name -> name.endsWith("/about")).getFirst();
    try (Repository target = CopyWorld.stranger(targetStore, 6)) {
      world.copy(
          target, new CopyRequest(List.of("backup-1"), Optional.empty(), CopyRequest.Wal.ALL));
      damage(sourceStore, about);
      CopyReport report = world.copy(target);
      assertThat(report.count(Outcome.ALREADY_THERE)).isEqualTo(1);
      assertThat(report.count(Outcome.COPIED)).isEqualTo(1);
      assertThat(report.walProblems()).singleElement().asString().contains("WAL of main");
      CopyReport plan =
          new Copy(
                  CopyWorld.context(),
                  new OpenRepository(world.source, "source"),
                  new OpenRepository(target, "target"))
              .plan(new CopyRequest(List.of(), Optional.empty(), CopyRequest.Wal.ALL));
      assertThat(plan.walProblems()).hasSize(1);
    }
  }

  @Test
  void walIsNeededFromTheStartOfTheSegmentOnWhateverTimeline() throws Exception {
    try (Repository repository = CopyWorld.stranger(targetStore, 6)) {
      WalArchive archive = world.archive(repository);
      long floor = 8L * CopyWorld.SEGMENT;
      long branch = floor + 1000;
      PhysicalFacts facts = CopyWorld.facts(2, branch + 500, floor + 9000);
      put(archive, new WalRange(2, branch, floor + 9000));
      assertThat(NeededRanges.of(archive, facts).missing())
          .containsExactly(new WalCoverage.Gap(floor, branch));
      WalRange before = new WalRange(1, floor - 100, branch);
      put(archive, before);
      NeededRanges needed = NeededRanges.of(archive, facts);
      assertThat(needed.missing()).isEmpty();
      assertThat(needed.ranges()).contains(before).hasSize(2);
      // What is on another timeline does not stand for the backup's own.
      put(archive, new WalRange(1, branch, floor + 20_000));
      PhysicalFacts longer = CopyWorld.facts(2, branch + 500, floor + 10_000);
      assertThat(NeededRanges.of(archive, longer).missing())
          .containsExactly(new WalCoverage.Gap(floor + 9000, floor + 10_000));
    }
  }

  @Test
  void aFileThatChangedLittleCostsLittle() throws Exception {
    try (Repository target = CopyWorld.stranger(targetStore, 6)) {
      world.copy(target);
      long before = packBytes();
      StoredSnapshot edited = world.backUpEditedFiles();
      CopyReport report = world.copy(target);
      assertThat(report.way()).isEqualTo(Exchange.Way.CONTENT);
      assertThat(report.count(Outcome.COPIED)).isEqualTo(1);
      // The piece that changed has 50 000 bytes.
      assertThat(packBytes() - before).isLessThan(20_000);
      StoredSnapshot copy =
          target.snapshots().stream()
              .filter(snapshot -> snapshot.record().name().equals(edited.record().name()))
              .findFirst()
              .orElseThrow();
      assertThat(CopyWorld.contents(target, copy))
          .isEqualTo(CopyWorld.contents(world.source, edited));
      assertThat(
              new Verify(CopyWorld.context(), new OpenRepository(target, "target"))
                  .all()
                  .findings())
          .isEmpty();
    }
  }

  /// The cluster goes on on a second timeline; its history.
  private byte[] branchOff() throws IOException {
    WalArchive archive = world.archive(world.source);
    long end = archive.ranges(1).getLast().end();
    put(archive, new WalRange(2, end, end + 500));
    byte[] history = "1\t0/500000\tno recovery target specified\n".getBytes(StandardCharsets.UTF_8);
    archive.putFile(HISTORY, history);
    return history;
  }

  private static void put(WalArchive archive, WalRange range) throws IOException {
    archive.put(range, new byte[range.length()], 0, range.length(), new byte[0]);
  }

  private byte[] bytes(long start, long end) throws IOException {
    WalArchive archive = world.archive(world.source);
    return archive.readBytes(1, archive.ranges(1), start, end);
  }

  /// As maintenance does it: first the large object, then the small ones go.
  private void merge(List<WalRange> ranges) throws IOException {
    try (Repository maintainer = Repositories.open(sourceStore, 55)) {
      WalArchive archive = world.archive(maintainer);
      WalRange whole = new WalRange(1, ranges.getFirst().start(), ranges.getLast().end());
      byte[] wal = archive.readBytes(1, ranges, whole.start(), whole.end());
      assertThat(archive.put(whole, wal, 0, wal.length, new byte[] {3}))
          .isEqualTo(PutOutcome.STORED);
      for (WalRange range : ranges) {
        sourceStore.delete(
            new BlobKey(names(sourceStore, name -> name.endsWith("/" + range)).getFirst()));
      }
    }
  }

  private static boolean isWal(String name) {
    return name.matches("wal/.*/00000001/.*");
  }

  private static void damage(BlobStore store, String name) throws IOException {
    BlobKey key = new BlobKey(name);
    byte[] bytes = store.get(key, 1 << 20);
    bytes[bytes.length - 1] ^= 1;
    store.delete(key);
    var _ = store.putIfAbsent(key, ByteBuffer.wrap(bytes));
  }

  private long packBytes() throws IOException {
    long[] bytes = new long[1];
    targetStore.list("packs/", blob -> bytes[0] += blob.bytes());
    return bytes[0];
  }

  private static List<String> names(BlobStore store, Predicate<String> wanted) throws IOException {
    List<String> names = new ArrayList<>();
    store.list("", blob -> names.add(blob.key().value()));
    return names.stream().filter(wanted).sorted().toList();
  }

  private static CopyWorld world(BlobStore store) {
    try {
      return new CopyWorld(store, 3);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  /// A store in which something happens before a range of WAL is read.
  private static final class Changing extends ForwardingBlobStore {
    private Optional<Action> action = Optional.empty();
    private String name = "";
    private BlobKey key = new BlobKey("none");

    Changing(BlobStore inner) {
      super(inner);
    }

    void before(WalRange range, Action happens) {
      name = "/" + range;
      action = Optional.of(happens);
    }

    @Override
    public byte[] get(BlobKey read, int bytesMax) throws IOException {
      Optional<Action> now = Optional.empty();
      synchronized (this) {
        if (read.value().endsWith(name)) {
          key = read;
          now = action;
          action = Optional.empty();
        }
      }
      if (now.isPresent()) {
        now.get().run();
      }
      return super.get(read, bytesMax);
    }
  }
}
