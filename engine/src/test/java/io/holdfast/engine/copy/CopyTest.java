package io.holdfast.engine.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.copy.CopyReport.Outcome;
import io.holdfast.engine.maintenance.Prune;
import io.holdfast.engine.maintenance.PruneRequest;
import io.holdfast.engine.verify.Verify;
import io.holdfast.engine.verify.VerifyReport;
import io.holdfast.repository.Exchange;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a copy promises, each with both ways: within a key space and to other keys.
class CopyTest {
  private final MemoryBlobStore sourceStore = new MemoryBlobStore();
  private final MemoryBlobStore targetStore = new MemoryBlobStore();
  private final CopyWorld world = world(sourceStore);

  @BeforeEach
  void fill() throws IOException {
    world.stream(3 * CopyWorld.SEGMENT);
    world.backUp();
    world.stream(CopyWorld.SEGMENT + 77);
    world.backUpFiles();
    world.backUp();
    world.stream(CopyWorld.SEGMENT);
  }

  @AfterEach
  void closeSource() {
    world.close();
  }

  @ParameterizedTest
  @EnumSource
  void whatArrivesIsTheSame(Exchange.Way way) throws Exception {
    try (Repository target = target(way)) {
      CopyReport report = world.copy(target);

      assertThat(report.way()).isEqualTo(way);
      assertThat(report.count(Outcome.COPIED)).isEqualTo(3);
      assertThat(report.isWhole()).isTrue();
      assertThat(world.everything(target)).isEqualTo(neededOf(world.everything(world.source)));
      requireSound(target);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theSourceIsNotNeededAfterwardsAndIsNotChanged(Exchange.Way way) throws Exception {
    Map<String, Long> before = objects(sourceStore);
    Map<String, String> all = neededOf(world.everything(world.source));
    target(way).close();
    try (Repository target = CopyWorld.reopened(targetStore, 7)) {
      world.copy(target);
    }
    assertThat(objects(sourceStore)).isEqualTo(before);
    for (String name : before.keySet()) {
      sourceStore.delete(new BlobKey(name));
    }
    try (Repository target = CopyWorld.reopened(targetStore, 8)) {
      assertThat(world.everything(target)).isEqualTo(all);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theSecondRunSendsNothing(Exchange.Way way) throws Exception {
    try (Repository target = target(way)) {
      world.copy(target);
      Map<String, Long> before = objects(targetStore);
      CopyReport again = world.copy(target);
      assertThat(again.count(Outcome.ALREADY_THERE)).isEqualTo(3);
      assertThat(again.wal().objects()).isZero();
      assertThat(objects(targetStore)).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLaterBackupCostsWhatChanged(Exchange.Way way) throws Exception {
    try (Repository target = target(way)) {
      world.copy(target);
      long before = packBytes(targetStore);
      world.backUp();
      world.stream(100);
      long sourceBefore = packBytes(sourceStore);
      CopyReport report = world.copy(target);
      assertThat(report.count(Outcome.COPIED)).isEqualTo(1);
      assertThat(report.wal().objects()).isPositive();
      assertThat(sourceBefore).isPositive();
      // Six pages of 200 changed.
      assertThat(packBytes(targetStore) - before).isLessThan(before / 4);
      assertThat(world.everything(target)).isEqualTo(neededOf(world.everything(world.source)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneBackupIsCompleteByItself(Exchange.Way way) throws Exception {
    try (Repository target = target(way)) {
      CopyReport report =
          world.copy(
              target,
              new CopyRequest(List.of("backup-3"), Optional.empty(), CopyRequest.Wal.NEEDED));
      assertThat(report.count(Outcome.COPIED)).isEqualTo(1);
      StoredSnapshot original = named(world.source, "backup-3");
      assertThat(CopyWorld.contents(target, named(target, "backup-3")))
          .isEqualTo(CopyWorld.contents(world.source, original));
      assertThat(world.archive(target).ranges(1).size())
          .isPositive()
          .isLessThan(world.archive(world.source).ranges(1).size());
      requireSound(target);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDryRunWritesNothingAndSaysTheSame(Exchange.Way way) throws Exception {
    try (Repository target = target(way)) {
      Map<String, Long> before = objects(targetStore);
      CopyReport plan = copy(target).plan(all());
      assertThat(objects(targetStore)).isEqualTo(before);
      assertThat(plan.count(Outcome.WOULD_COPY)).isEqualTo(3);
      CopyReport report = world.copy(target);
      assertThat(report.wal().objects()).isEqualTo(plan.wal().objects());
      assertThat(copy(target).plan(all()).count(Outcome.ALREADY_THERE)).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsDamagedInTheSourceIsNotCopiedAndHindersNothingElse(Exchange.Way way) throws Exception {
    StoredSnapshot files = named(world.source, "backup-2");
    for (String pack : packsOf(files)) {
      sourceStore.delete(new BlobKey(pack));
    }
    try (Repository target = target(way)) {
      CopyReport report = world.copy(target);
      assertThat(report.isWhole()).isFalse();
      assertThat(report.isPartial()).isTrue();
      assertThat(report.backups().get(1).outcome()).isEqualTo(Outcome.FAILED);
      assertThat(report.backups().get(1).problem()).contains("missing");
      assertThat(report.count(Outcome.COPIED)).isEqualTo(2);
      assertThat(target.snapshots()).hasSize(2);
      requireSound(target);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFlippedBitInTheSourceNeverGetsIntoTheTarget(Exchange.Way way) throws Exception {
    for (String name : objects(sourceStore).keySet()) {
      if (name.startsWith("packs/")) {
        flip(new BlobKey(name));
      }
    }
    try (Repository target = target(way)) {
      CopyReport report = world.copy(target);
      assertThat(report.count(Outcome.COPIED)).isZero();
      assertThat(target.snapshots()).isEmpty();
      requireSound(target);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPruneOfTheSourceThatTakesTheBackupAwayIsAnErrorAndLosesNothing(Exchange.Way way)
      throws Exception {
    try (Repository target = target(way)) {
      world.copy(
          target, new CopyRequest(List.of("backup-1"), Optional.empty(), CopyRequest.Wal.ALL));
      StoredSnapshot third = named(world.source, "backup-3");
      List<StoredSnapshot> listed = world.source.snapshots();
      assertThat(listed).contains(third);
      // The list was read, then everything else was forgotten and pruned.
      Exchange exchange = Exchange.between(world.source, target);
      LineCopy lines = new LineCopy(CopyWorld.context(), world.source, target, CopyRequest.Wal.ALL);
      world.source.forget(listed.stream().map(StoredSnapshot::id).toList());
      prune(world.source);
      OneCopy one = new OneCopy(CopyWorld.context(), exchange, target, lines);
      assertThatThrownBy(() -> one.run(third.record(), Optional.empty()))
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_MISSING));
      assertThat(target.snapshots()).hasSize(1);
      requireSound(target);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPruneOfTheSourceThatOnlyMovesChunksIsNotNoticed(Exchange.Way way) throws Exception {
    world.backUp();
    try (Repository target = target(way)) {
      Exchange exchange = Exchange.between(world.source, target);
      LineCopy lines = new LineCopy(CopyWorld.context(), world.source, target, CopyRequest.Wal.ALL);
      world.source.forget(
          List.of(named(world.source, "backup-1").id(), named(world.source, "backup-2").id()));
      prune(world.source);
      StoredSnapshot last = named(world.source, "backup-4");
      new OneCopy(CopyWorld.context(), exchange, target, lines)
          .run(last.record(), Optional.empty());
      assertThat(CopyWorld.contents(target, named(target, "backup-4")))
          .isEqualTo(CopyWorld.contents(world.source, last));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPruneOfTheTargetWhileItIsCopiedToTakesNothingThatIsNeeded(Exchange.Way way)
      throws Exception {
    target(way).close();
    int[] prunes = new int[1];
    Repository[] maintainer = new Repository[1];
    BlobStore pruned =
        new ForwardingBlobStore(targetStore) {
          private int packs;

          @Override
          public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
            PutResult result = super.putIfAbsent(key, data);
            if (key.value().startsWith("packs/") && packs++ % 5 == 0) {
              prune(maintainer[0]);
              prunes[0]++;
            }
            return result;
          }
        };
    try (Repository target = CopyWorld.reopened(pruned, 8);
        Repository other = CopyWorld.reopened(targetStore, 9)) {
      maintainer[0] = other;
      CopyReport report = world.copy(target);
      assertThat(prunes[0]).isPositive();
      assertThat(report.count(Outcome.COPIED)).isEqualTo(3);
      assertThat(world.everything(target)).isEqualTo(neededOf(world.everything(world.source)));
      prune(other);
      requireSound(other);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBackupThatIsOlderThanThePrunedWalOfTheTargetIsRefused(Exchange.Way way) throws Exception {
    try (Repository target = target(way)) {
      world.copy(
          target, new CopyRequest(List.of("backup-1"), Optional.empty(), CopyRequest.Wal.ALL));
      world.copy(
          target, new CopyRequest(List.of("backup-3"), Optional.empty(), CopyRequest.Wal.ALL));
      target.forget(List.of(named(target, "backup-1").id()));
      prune(target);
      CopyReport report = world.copy(target);
      assertThat(report.backups().getFirst().outcome()).isEqualTo(Outcome.FAILED);
      assertThat(report.backups().getFirst().problem()).contains("given up WAL");
      requireSound(target);
    }
  }

  @Test
  void anotherBackupOfTheSameNameIsNotReplaced() throws Exception {
    try (Repository target = target(Exchange.Way.CONTENT);
        CopyWorld other = new CopyWorld(new MemoryBlobStore(), 5)) {
      other.stream(CopyWorld.SEGMENT);
      other.stream(100);
      other.backUp();
      other.copy(target);
      CopyReport report = world.copy(target);
      assertThat(report.backups().getFirst().outcome()).isEqualTo(Outcome.FAILED);
      assertThat(report.backups().getFirst().problem()).contains("another backup of the name");
    }
  }

  @Test
  void aRepositoryIsNotCopiedIntoItself() {
    assertThatThrownBy(() -> world.copy(world.source))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT));
  }

  @Test
  void framesGoOverAsTheyAre() throws Exception {
    try (Repository target = target(Exchange.Way.FRAMES)) {
      world.copy(target);
      List<String> arrived = packs(targetStore).stream().map(HexFormat.of()::formatHex).toList();
      List<byte[]> packs = packs(sourceStore);
      // The nonce and more of the first frame: random bytes, so nothing was sealed anew. A few
      // chunks no backup needs.
      long found =
          packs.stream()
              .map(pack -> HexFormat.of().formatHex(pack, 128, 192))
              .filter(frame -> arrived.stream().anyMatch(there -> there.contains(frame)))
              .count();
      assertThat(found * 10).isGreaterThan(packs.size() * 8L);
    }
  }

  @Test
  void rotationsOnBothSidesBreakNothing() throws Exception {
    Repository target = target(Exchange.Way.FRAMES);
    world.copy(target);
    // The source is two versions ahead, and new data is sealed under them.
    world.source.keyring().rotate(Optional.empty());
    world.source.keyring().rotate(Optional.empty());
    try (CopyWorld rotated = world.reopen()) {
      rotated.backUp();
      target.close();
      try (Repository again = CopyWorld.reopened(targetStore, 11)) {
        assertThat(rotated.copy(again).count(Outcome.COPIED)).isEqualTo(1);
        assertThat(again.keyring().dataKeys()).allMatch(keys -> keys.version() == 3);
        assertThat(rotated.everything(again))
            .isEqualTo(neededOf(rotated.everything(rotated.source)));
      }
      // Both rotate by themselves: version 4 stands for different keys.
      rotated.source.keyring().rotate(Optional.empty());
      try (Repository own = CopyWorld.reopened(targetStore, 12)) {
        own.keyring().rotate(Optional.empty());
      }
      try (CopyWorld twice = rotated.reopen();
          Repository again = CopyWorld.reopened(targetStore, 13)) {
        twice.backUp();
        CopyReport report = twice.copy(again);
        assertThat(report.way()).isEqualTo(Exchange.Way.FRAMES);
        assertThat(report.count(Outcome.COPIED)).isEqualTo(1);
        assertThat(twice.everything(again)).isEqualTo(neededOf(twice.everything(twice.source)));
        requireSound(again);
      }
    }
  }

  private Copy copy(Repository target) {
    return new Copy(
        CopyWorld.context(),
        new OpenRepository(world.source, "source"),
        new OpenRepository(target, "target"));
  }

  private static CopyRequest all() {
    return new CopyRequest(List.of(), Optional.empty(), CopyRequest.Wal.ALL);
  }

  private Repository target(Exchange.Way way) throws IOException {
    return switch (way) {
      case FRAMES -> world.sibling(targetStore, 6);
      case CONTENT -> CopyWorld.stranger(targetStore, 6);
    };
  }

  /// Write-ahead log before the first backup's segment stays behind.
  private Map<String, String> neededOf(Map<String, String> all) throws IOException {
    Map<String, String> needed = new TreeMap<>(all);
    long first = 5L * CopyWorld.SEGMENT + 3 * CopyWorld.SEGMENT;
    world
        .archive(world.source)
        .ranges(1)
        .forEach(
            range -> {
              if (range.end() <= first) {
                needed.remove("wal " + range);
              }
            });
    assertThat(needed).hasSizeLessThan(all.size());
    return needed;
  }

  private static StoredSnapshot named(Repository repository, String name) throws IOException {
    return repository.snapshots().stream()
        .filter(b -> b.record().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private List<String> packsOf(StoredSnapshot backup) throws IOException {
    return world.source.verification().packsOf(backup.id()).stream()
        .map(
            pack ->
                objects(sourceStore).keySet().stream()
                    .filter(name -> name.contains(pack.session().toString()))
                    .filter(name -> name.startsWith("packs/"))
                    .toList())
        .flatMap(List::stream)
        .distinct()
        .toList();
  }

  private static void prune(Repository repository) {
    new Prune(CopyWorld.context(), new OpenRepository(repository, "pruned"))
        .run(new PruneRequest(0, 100, Duration.ofHours(24), Duration.ZERO, Set.of()));
  }

  private static void requireSound(Repository repository) {
    VerifyReport report =
        new Verify(CopyWorld.context(), new OpenRepository(repository, "target")).all();
    assertThat(report.findings()).isEmpty();
  }

  private void flip(BlobKey key) throws IOException {
    byte[] bytes = sourceStore.get(key, 1 << 30);
    for (int at = 200; at < bytes.length; at += 500) {
      bytes[at] ^= 1;
    }
    sourceStore.delete(key);
    var _ = sourceStore.putIfAbsent(key, ByteBuffer.wrap(bytes));
  }

  private static Map<String, Long> objects(BlobStore store) {
    Map<String, Long> objects = new TreeMap<>();
    try {
      store.list("", blob -> objects.put(blob.key().value(), blob.bytes()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return objects;
  }

  private static long packBytes(BlobStore store) {
    return objects(store).entrySet().stream()
        .filter(entry -> entry.getKey().startsWith("packs/"))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private static List<byte[]> packs(BlobStore store) throws IOException {
    List<byte[]> packs = new ArrayList<>();
    for (String name : objects(store).keySet()) {
      if (name.startsWith("packs/")) {
        packs.add(store.get(new BlobKey(name), 1 << 30));
      }
    }
    return packs;
  }

  private static CopyWorld world(BlobStore store) {
    try {
      return new CopyWorld(store, 3);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
