package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.repository.ChunkWriter.PutOutcome;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What a prune does with differences and what they need, in single cases; the orders of requests
/// are [PruneSimulationTest]'s.
class PrunedDifferencesTest {
  private static final PrunePolicy ALL =
      new PrunePolicy(0, 1, Duration.ofHours(24), Duration.ZERO, Duration.ZERO);
  private static final PrunePolicy DEAD_ONLY = ALL.withUnusedMax(1);

  private final MemoryBlobStore store = new MemoryBlobStore();

  @Test
  void whatADifferenceNeedsStaysAsLongAsTheDifference() throws IOException {
    byte[] first = DifferencesTest.noise(Seeds.random(8), 20_000);
    byte[] second = first.clone();
    second[5]++;
    try (Repository repository = Repositories.init(store, 8)) {
      StoredSnapshot one = StreamBackup.write(repository, "one", new byte[][] {first});
      StoredSnapshot two = StreamBackup.write(repository, "two", new byte[][] {second, first});
      repository.forget(List.of(one.id()));
      assertThat(prune(repository, ALL).buried()).isTrue();
      assertThat(DifferencesTest.read(repository.reader(), second)).isEqualTo(second);
      DifferencesTest.requireSound(repository);

      repository.forget(List.of(two.id()));
      assertThat(prune(repository, ALL).buried()).isTrue();
      assertThat(repository.verification().packs()).isEmpty();
    }
  }

  @Test
  void whatIsMovedStaysADifference() throws IOException {
    SplittableRandom random = Seeds.random(9);
    byte[] first = DifferencesTest.noise(random, 20_000);
    byte[] second = first.clone();
    second[5]++;
    byte[] other = DifferencesTest.noise(random, 20_000);
    byte[] third = DifferencesTest.noise(random, 20_000);
    try (Repository repository = Repositories.init(store, 9)) {
      StoredSnapshot one =
          StreamBackup.write(repository, "one", new byte[][] {first}, new byte[][] {other});
      StoredSnapshot two =
          StreamBackup.write(repository, "two", new byte[][] {second, first}, new byte[][] {third});
      StreamBackup.write(repository, "three", new byte[][] {second, first});
      long before = packs(repository);
      repository.forget(List.of(one.id(), two.id()));
      PruneReport report = prune(repository, ALL);
      assertThat(report.movedBytes()).isBetween(20_000L, 24_000L);
      assertThat(packs(repository)).isLessThanOrEqualTo(before);
      ChunkReader reader = repository.reader();
      assertThat(reader.prefix(ChunkType.STREAM, StreamBackup.id(reader.ids(), second)))
          .contains(StreamBackup.id(reader.ids(), first));
      assertThat(DifferencesTest.read(reader, second)).isEqualTo(second);
      assertThat(reader.contains(ChunkType.STREAM, StreamBackup.id(reader.ids(), third))).isFalse();
      DifferencesTest.requireSound(repository);
    }
  }

  /// The trap: a difference that nobody needs may outlive what it is the difference to. Whoever
  /// needs such a chunk later must store it again.
  @Test
  void aDifferenceWhoseOtherChunkIsGoneIsNotReliedOn() throws IOException {
    SplittableRandom random = Seeds.random(10);
    byte[] first = DifferencesTest.noise(random, 20_000);
    byte[] second = first.clone();
    second[5]++;
    byte[] other = DifferencesTest.noise(random, 20_000);
    try (Repository repository = Repositories.init(store, 10)) {
      StoredSnapshot one = StreamBackup.write(repository, "one", new byte[][] {first});
      StoredSnapshot two =
          StreamBackup.write(repository, "two", new byte[][] {second, first}, new byte[][] {other});
      StreamBackup.write(repository, "three", new byte[][] {other});
      repository.forget(List.of(one.id(), two.id()));
      assertThat(prune(repository, DEAD_ONLY).buried()).isTrue();
      ChunkReader reader = repository.reader();
      ChunkId id = StreamBackup.id(reader.ids(), second);
      assertThat(reader.prefix(ChunkType.STREAM, id)).as("it is still there").isPresent();
      assertThat(reader.contains(ChunkType.STREAM, id)).as("and cannot be read").isFalse();
      assertThatThrownBy(() -> reader.read(ChunkType.STREAM, id, 1 << 20))
          .hasMessageContaining("is the difference to chunk");
      DifferencesTest.requireSound(repository);

      try (BackupSession session = repository.beginSession()) {
        StreamBackup backup = new StreamBackup(session);
        assertThat(backup.put(second, first).outcome()).isEqualTo(PutOutcome.STORED);
        backup.commit("four");
      }
      assertThat(DifferencesTest.read(repository.reader(), second)).isEqualTo(second);
      assertThat(prune(repository, ALL).buried()).isTrue();
      assertThat(DifferencesTest.read(repository.reader(), second)).isEqualTo(second);
      DifferencesTest.requireSound(repository);
    }
  }

  /// Two writers that did not see each other stored a chunk whole and as a difference. The pack of
  /// the whole copy goes, the other one stays: the whole copy has to move all the same, because a
  /// third chunk is the difference to it.
  @Test
  void whatOthersAreDifferencesToStaysWhole() throws IOException {
    SplittableRandom random = Seeds.random(12);
    byte[] first = DifferencesTest.noise(random, 20_000);
    byte[] second = first.clone();
    second[5]++;
    byte[] third = second.clone();
    third[7]++;
    try (Repository repository = Repositories.init(store, 12)) {
      StreamBackup.write(repository, "zero", new byte[][] {first});
      StoredSnapshot one;
      try (BackupSession whole = repository.beginSession();
          BackupSession difference = repository.beginSession()) {
        StreamBackup a = new StreamBackup(whole);
        a.put(second);
        a.put(DifferencesTest.noise(random, 20_000));
        StreamBackup b = new StreamBackup(difference);
        b.put(second, first);
        b.put(DifferencesTest.noise(random, 20_000));
        one = a.commit("one");
        b.commit("two");
      }
      StreamBackup.write(repository, "three", new byte[][] {third, second});
      assertThat(prefixOf(repository, third)).contains(id(repository, second));
      repository.forget(List.of(one.id()));

      // The difference itself is then too little for its pack to go.
      PruneReport report = prune(repository, ALL.withUnusedMax(0.02));

      assertThat(report.buried()).isTrue();
      assertThat(report.movedBytes()).as("the whole copy").isBetween(20_000L, 21_000L);
      assertThat(DifferencesTest.read(repository.reader(), third)).isEqualTo(third);
      assertThat(DifferencesTest.read(repository.reader(), second)).isEqualTo(second);
      DifferencesTest.requireSound(repository);
    }
  }

  /// After repair and a backup that stores the chunk again, that copy is the one that counts: what
  /// the older copy is the difference to is lost.
  @Test
  void whatWasHealedStaysThoughAnOlderDifferenceOfItLies() throws IOException {
    SplittableRandom random = Seeds.random(11);
    byte[] first = DifferencesTest.noise(random, 20_000);
    byte[] second = first.clone();
    second[5]++;
    try (Repository repository = Repositories.init(store, 11)) {
      StoredSnapshot one = StreamBackup.write(repository, "one", new byte[][] {first});
      StreamBackup.write(repository, "two", new byte[][] {second, first});
      ChunkId lost = id(repository, first);
      List<PackId> holding =
          repository.verification().findability(List.of()).packs(ChunkType.STREAM, lost);
      store.delete(ObjectNames.pack(holding.getFirst()));
      RepairPolicy policy =
          new RepairPolicy(Set.of(), List.of(), Duration.ofHours(24), Duration.ZERO);
      var _ = repository.repairing(policy).run();
      // Later, so that among equals the difference, in the older pack, would be preferred.
      ((SettableClock) repository.options().clock()).advance(Duration.ofSeconds(1));
      StreamBackup.write(repository, "three", new byte[][] {second});
      repository.forget(List.of(one.id()));

      for (int run = 0; run < 3; run++) {
        PruneReport report = prune(repository, ALL);
        assertThat(report.buried()).isTrue();
        assertThat(report.stuck()).isEmpty();
        assertThat(DifferencesTest.read(repository.reader(), second)).isEqualTo(second);
      }
      DifferencesTest.requireSound(repository);
    }
  }

  private static ChunkId id(Repository repository, byte[] bytes) throws IOException {
    return StreamBackup.id(repository.reader().ids(), bytes);
  }

  private static Optional<ChunkId> prefixOf(Repository repository, byte[] bytes)
      throws IOException {
    return repository.reader().prefix(ChunkType.STREAM, id(repository, bytes));
  }

  private PruneReport prune(Repository repository, PrunePolicy policy) throws IOException {
    return repository.pruning(StreamBackup.REFERENCES).run(policy);
  }

  private static long packs(Repository repository) throws IOException {
    return repository.verification().packs().size();
  }
}
