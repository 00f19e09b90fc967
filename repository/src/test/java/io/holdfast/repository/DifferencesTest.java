package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.Progress;
import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.ChunkWriter.PutOutcome;
import io.holdfast.repository.RepositoryOptions.Distance;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Chunks that are stored as differences to others: what they save, and what becomes of them when
/// others are damaged or removed.
class DifferencesTest {
  private final Counting store = new Counting();

  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whateverIsEditedIsReadBackAndLittleIsStored(long seed) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    List<byte[]> versions = new ArrayList<>();
    versions.add(noise(random, random.nextInt(4_096, 300_000)));
    try (Repository repository = Repositories.init(store, seed)) {
      StreamBackup.write(repository, "0", new byte[][] {versions.getFirst()});
      for (int i = 1; i < 8; i++) {
        byte[] edited = edited(versions.getLast(), random);
        try (BackupSession session = repository.beginSession()) {
          StreamBackup backup = new StreamBackup(session);
          backup.put(edited, versions.getLast());
          backup.commit("" + i);
          assertThat(session.storedBytes()).as("bytes of version %s", i).isLessThan(12_000);
        }
        versions.add(edited);
      }
      for (ChunkReader reader : List.of(repository.reader(), repository.readerFromPackTables())) {
        for (byte[] version : versions) {
          assertThat(read(reader, version)).isEqualTo(version);
        }
        byte[] last = versions.getLast();
        assertThat(reader.prefix(ChunkType.STREAM, StreamBackup.id(reader.ids(), last)))
            .as("all are differences to the first: none is the difference to another difference")
            .contains(StreamBackup.id(reader.ids(), versions.getFirst()));
      }
      requireSound(repository);
    }
  }

  @Test
  void whatHasLittleInCommonIsStoredWhole() throws IOException {
    SplittableRandom random = Seeds.random(1);
    byte[] first = noise(random, 50_000);
    byte[] half = first.clone();
    System.arraycopy(noise(random, 40_000), 0, half, 0, 40_000);
    try (Repository repository = Repositories.init(store, 1)) {
      StreamBackup.write(repository, "one", new byte[][] {first});
      try (BackupSession session = repository.beginSession()) {
        StreamBackup backup = new StreamBackup(session);
        assertThat(backup.put(half, first).similar()).isEmpty();
        assertThat(backup.put(noise(random, 50_000), first).similar()).isEmpty();
        assertThat(backup.put(Arrays.copyOf(first, 4_000), first).similar())
            .as("too short to be worth it")
            .isEmpty();
        assertThat(backup.put(first, half).outcome()).isEqualTo(PutOutcome.ALREADY_THERE);
        byte[] near = first.clone();
        near[7]++;
        assertThat(backup.put(near, half, first).similar()).hasValue(1);
        backup.commit("two");
      }
      requireSound(repository);
    }
  }

  @Test
  void whatHasDriftedFarFromItsFirstVersionIsStoredWholeAgain() throws IOException {
    SplittableRandom random = Seeds.random(2);
    byte[] bytes = noise(random, 100_000);
    List<Boolean> differences = new ArrayList<>();
    try (Repository repository = Repositories.init(store, 2)) {
      StreamBackup.write(repository, "0", new byte[][] {bytes});
      for (int i = 1; i <= 12; i++) {
        byte[] next = bytes.clone();
        System.arraycopy(noise(random, 7_000), 0, next, i * 7_000, 7_000);
        try (BackupSession session = repository.beginSession()) {
          StreamBackup backup = new StreamBackup(session);
          differences.add(backup.put(next, bytes).similar().isPresent());
          backup.commit("" + i);
        }
        bytes = next;
      }
    }
    assertThat(differences)
        .containsExactly(true, true, true, false, true, true, true, false, true, true, true, false);
  }

  @Test
  void bytesThatBeginAsADictionaryAreTakenAsTheyAre() throws IOException {
    byte[] first = noise(Seeds.random(3), 20_000);
    first[0] = 0x37;
    first[1] = (byte) 0xa4;
    first[2] = 0x30;
    first[3] = (byte) 0xec;
    byte[] second = first.clone();
    second[9_000]++;
    try (Repository repository = Repositories.init(store, 3)) {
      StreamBackup.write(repository, "one", new byte[][] {first});
      StreamBackup.write(repository, "two", new byte[][] {second, first});
      assertThat(read(repository.reader(), second)).isEqualTo(second);
    }
    byte[] difference = new byte[40_000];
    try (DifferenceEncoder encoder = new DifferenceEncoder()) {
      int length = encoder.encode(first, second, 0, second.length);
      System.arraycopy(encoder.encoded(), 0, difference, 0, length);
      assertThat(length).isLessThan(200);
      assertThat(DifferenceEncoder.decode(first, difference, 0, length, 20_000, "it"))
          .isEqualTo(second);
    }
  }

  @Test
  void theLargestChunksCanBeDifferences() throws IOException {
    byte[] first = noise(Seeds.random(4), ChunkWriter.CHUNK_BYTES_MAX);
    byte[] second = first.clone();
    second[0]++;
    second[second.length - 1]++;
    RepositoryOptions options = Repositories.options(4).withPackBytesTarget(1 << 20);
    try (Repository repository = Repository.init(store, Repositories.key(), options).repository()) {
      StreamBackup.write(repository, "one", new byte[][] {first});
      StoredSnapshot two = StreamBackup.write(repository, "two", new byte[][] {second, first});
      assertThat(two.record().storedBytes()).isLessThan(40_000);
      assertThat(read(repository.reader(), second)).isEqualTo(second);
    }
  }

  @Test
  void readingWhatChunksAreLikeIsBounded() throws IOException {
    SplittableRandom random = Seeds.random(5);
    byte[][] firsts = new byte[200][];
    try (Repository repository = Repositories.init(store, 5)) {
      try (BackupSession session = repository.beginSession()) {
        StreamBackup backup = new StreamBackup(session);
        for (int i = 0; i < firsts.length; i++) {
          firsts[i] = noise(random, 150_000);
          backup.put(firsts[i]);
        }
        backup.commit("one");
      }
      store.ranges = 0;
      try (BackupSession session = repository.beginSession()) {
        StreamBackup backup = new StreamBackup(session);
        for (int i = 0; i < 8 * firsts.length; i++) {
          // Like nothing: nothing is saved by reading.
          backup.put(noise(random, 4_100), firsts[i * 97 % firsts.length]);
        }
        // Each chunk lies in a pack of its own here: 64 MiB and one read more.
        assertThat(store.ranges).isBetween(420, 460);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"DISTANT, 512, 700", "NEAR, 8192, 8800"})
  void soAreTheRequestsForIt(Distance distance, int allowed, int chunks) throws IOException {
    SplittableRandom random = Seeds.random(8);
    // Each chunk in a pack of its own.
    RepositoryOptions options =
        Repositories.options(8).withPackBytesTarget(4 << 10).withDistance(distance);
    byte[][] firsts = new byte[chunks][];
    try (Repository repository = Repository.init(store, Repositories.key(), options).repository()) {
      try (BackupSession session = repository.beginSession()) {
        StreamBackup backup = new StreamBackup(session);
        for (int i = 0; i < chunks; i++) {
          firsts[i] = noise(random, 4_200);
          backup.put(firsts[i]);
        }
        backup.commit("one");
      }
      try (BackupSession session = repository.beginSession()) {
        StreamBackup backup = new StreamBackup(session);
        store.ranges = 0;
        for (byte[] first : firsts) {
          backup.put(noise(random, 4_100), first);
        }
        assertThat(store.ranges).isEqualTo(allowed + 1);
      }
    }
  }

  @Test
  void ifWhatAChunkIsTheDifferenceToIsDamagedOrMissingBothAreNamed() throws IOException {
    byte[] first = noise(Seeds.random(6), 20_000);
    byte[] second = first.clone();
    second[5]++;
    PackId damaged;
    try (Repository repository = Repositories.init(store, 6)) {
      StoredSnapshot one = StreamBackup.write(repository, "one", new byte[][] {first});
      StreamBackup.write(repository, "two", new byte[][] {second, first});
      damaged = dataPack(repository, one);
    }
    BlobKey key = ObjectNames.pack(damaged);
    byte[] pack = store.get(key, 1 << 20);
    byte[] broken = pack.clone();
    broken[9_000] ^= 1;
    replace(key, Optional.of(broken));
    requireBothNamed(first, second, "not what was written");
    replace(key, Optional.empty());
    requireBothNamed(first, second, "missing");
    replace(key, Optional.of(pack));
    try (Repository repository = Repositories.open(store, 7)) {
      assertThat(read(repository.reader(), second)).isEqualTo(second);
      requireSound(repository);
    }
  }

  private void requireBothNamed(byte[] first, byte[] second, String problem) throws IOException {
    try (Repository repository = Repositories.open(store, 7)) {
      ChunkReader reader = repository.reader();
      assertThatThrownBy(() -> read(reader, second))
          .isInstanceOf(CorruptRepositoryException.class)
          .hasMessageContaining(StreamBackup.id(reader.ids(), first).toString())
          .hasMessageContaining(StreamBackup.id(reader.ids(), second).toString())
          .hasMessageContaining(problem);
      assertThat(
              repository
                  .verification()
                  .verifyPacks(repository.verification().packs(), Progress.NONE))
          .as("the pack of the difference is what was written")
          .hasSize(1);
    }
  }

  private static PackId dataPack(Repository repository, StoredSnapshot snapshot)
      throws IOException {
    PackId largest = repository.verification().packsOf(snapshot.id()).getFirst();
    for (PackId pack : repository.verification().packsOf(snapshot.id())) {
      if (repository.verification().packBytes(pack)
          > repository.verification().packBytes(largest)) {
        largest = pack;
      }
    }
    return largest;
  }

  private void replace(BlobKey key, Optional<byte[]> bytes) throws IOException {
    store.delete(key);
    if (bytes.isPresent()) {
      assertThat(store.putIfAbsent(key, ByteBuffer.wrap(bytes.get()))).isNotNull();
    }
  }

  static byte[] read(ChunkReader reader, byte[] expected) throws IOException {
    ChunkId id = StreamBackup.id(reader.ids(), expected);
    return reader.read(ChunkType.STREAM, id, expected.length);
  }

  static void requireSound(Repository repository) throws IOException {
    Verification verification = repository.verification();
    assertThat(verification.check()).noneMatch(finding -> finding.kind().isDamage());
    assertThat(verification.verifyPacks(verification.packs(), Progress.NONE)).isEmpty();
  }

  static byte[] noise(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /// A few stretches replaced, inserted, removed, moved.
  private static byte[] edited(byte[] bytes, SplittableRandom random) {
    byte[] now = bytes;
    for (int i = 0; i < 3; i++) {
      int at = random.nextInt(now.length);
      int length = random.nextInt(100);
      byte[] fresh = noise(random, random.nextInt(3) * 40);
      int end = Math.min(now.length, at + length);
      byte[] next = new byte[now.length - (end - at) + fresh.length];
      System.arraycopy(now, 0, next, 0, at);
      System.arraycopy(fresh, 0, next, at, fresh.length);
      System.arraycopy(now, end, next, at + fresh.length, now.length - end);
      now = next;
    }
    return now;
  }

  /// Counts what is read by ranges.
  private static final class Counting extends ForwardingBlobStore {
    private int ranges;

    Counting() {
      super(new MemoryBlobStore());
    }

    @Override
    public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
      ranges++;
      return super.getRange(key, offset, length);
    }
  }
}
