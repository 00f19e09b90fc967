package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.ChunkType.Packing;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Tables and frames that no writer makes: each ends in a clear error, in bounded time.
class ForgedDifferencesTest {
  private final MemoryBlobStore store = new MemoryBlobStore();
  private final List<byte[]> contents = new ArrayList<>();
  private Repository repository;
  private FrameSealer sealer;
  private PackBuilder pack = new PackBuilder(1 << 20);

  @BeforeEach
  void open() throws IOException {
    repository = Repositories.init(store, 1);
    sealer = new FrameSealer(Seeds.entropy(2), 1);
    byte[] bytes = DifferencesTest.noise(Seeds.random(3), 10_000);
    for (int i = 0; i < 4; i++) {
      contents.add(bytes.clone());
      bytes[i * 100]++;
    }
  }

  @AfterEach
  void close() {
    sealer.close();
    repository.close();
  }

  @Test
  void differenceThatTheTableCallsWholeIsDamage() throws IOException {
    whole(0);
    append(1, seal(1, 0), Optional.empty());
    commit(1);
    assertDamage(1, "must depend on no other chunk");
  }

  @Test
  void wholeChunkThatTheTableCallsDifferenceIsDamage() throws IOException {
    whole(0);
    append(1, sealer.seal(domain(), ChunkType.STREAM, id(1), bytes(1), 0, 10_000), of(0));
    commit(1);
    assertDamage(1, "is no difference");
  }

  @Test
  void differenceToAnotherChunkThanTheTableSaysIsDamage() throws IOException {
    whole(0);
    whole(2);
    append(1, seal(1, 0), of(2));
    commit(1);
    assertDamage(1, "another chunk than the table");
  }

  @Test
  void differenceToADifferenceCannotBeRead() throws IOException {
    whole(0);
    append(1, seal(1, 0), of(0));
    append(2, seal(2, 1), of(1));
    commit(2);
    assertThat(read(1)).isEqualTo(bytes(1));
    assertMissing(2);
  }

  @Test
  void twoDifferencesToEachOtherCannotBeRead() throws IOException {
    append(1, seal(1, 2), of(2));
    append(2, seal(2, 1), of(1));
    commit(2);
    assertMissing(1);
    assertMissing(2);
  }

  @Test
  void twoDifferencesToEachOtherAreReadWhereOneIsStoredWholeToo() throws IOException {
    append(1, seal(1, 2), of(2));
    append(2, seal(2, 1), of(1));
    whole(2);
    commit(2);
    assertThat(read(1)).isEqualTo(bytes(1));
    assertThat(read(2)).isEqualTo(bytes(2));
  }

  @Test
  void differenceToItselfIsADamagedTable() throws IOException {
    append(1, seal(1, 0), of(1));
    assertThatThrownBy(() -> commit(1))
        .isInstanceOf(CorruptRepositoryException.class)
        .hasMessageContaining("cannot be a difference");
  }

  @Test
  void differenceThatIsLongerThanAllowedIsNotDecoded() throws IOException {
    whole(0);
    append(1, seal(1, 0), of(0));
    commit(1);
    ChunkReader reader = repository.reader();
    assertThatThrownBy(() -> reader.read(ChunkType.STREAM, id(1), 9_999))
        .hasMessageContaining("where 9999 is the limit");
  }

  private void assertDamage(int chunk, String problem) throws IOException {
    assertThatThrownBy(() -> read(chunk))
        .isInstanceOf(CorruptRepositoryException.class)
        .hasMessageContaining(problem);
    Verification verification = repository.verification();
    assertThat(verification.verifyPacks(verification.packs(), Progress.NONE))
        .anyMatch(finding -> finding.problem().contains(problem));
  }

  private void assertMissing(int chunk) throws IOException {
    ChunkReader reader = repository.reader();
    assertThat(reader.contains(ChunkType.STREAM, id(chunk))).isFalse();
    assertThatThrownBy(() -> read(chunk))
        .isInstanceOfSatisfying(
            CorruptRepositoryException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_MISSING))
        .hasMessageContaining(id(chunk).toString())
        .hasMessageContaining("is the difference to chunk");
    assertThatThrownBy(() -> repository.pruning(StreamBackup.REFERENCES).plan(PrunePolicy.DEFAULT))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("nothing is removed");
  }

  private byte[] read(int chunk) throws IOException {
    return repository.reader().read(ChunkType.STREAM, id(chunk), 10_000);
  }

  private byte[] bytes(int chunk) {
    return contents.get(chunk);
  }

  private ChunkId id(int chunk) {
    return StreamBackup.id(domain().ids(), bytes(chunk));
  }

  private Optional<ChunkId> of(int chunk) {
    return Optional.of(id(chunk));
  }

  private Domain domain() {
    return repository.mainDomain();
  }

  private int seal(int chunk, int prefix) {
    int length =
        sealer.seal(
            domain(),
            id(chunk),
            bytes(chunk),
            0,
            10_000,
            new PrefixSource.Prefix(id(prefix), bytes(prefix), false));
    assertThat(sealer.isDifference()).isTrue();
    return length;
  }

  private void whole(int chunk) {
    append(
        chunk,
        sealer.seal(domain(), ChunkType.STREAM, id(chunk), bytes(chunk), 0, 10_000),
        Optional.empty());
  }

  private void append(int chunk, int frameBytes, Optional<ChunkId> prefix) {
    pack.append(ChunkType.STREAM, id(chunk), sealer.frame(), frameBytes, 10_000, prefix);
  }

  /// Puts the pack and its table as a session would, and a snapshot that needs one of the chunks.
  private void commit(int needed) throws IOException {
    try (BackupSession session = repository.beginSession()) {
      ResolvedPut puts = new ResolvedPut(store, _ -> {});
      PackSection section =
          pack.seal(repository.id(), domain(), session.id(), 99, Packing.DATA, Seeds.entropy(4));
      var key = ObjectNames.pack(section.pack);
      assertThat(store.putIfAbsent(key, ByteBuffer.wrap(pack.bytes(), 0, pack.size()))).isNotNull();
      SessionId forger = SessionId.create(Repositories.NOW, Seeds.entropy(5));
      DeltaWriter deltas = new DeltaWriter(forger, domain(), puts, new AtomicLong());
      section.requireSound();
      deltas.add(section);
      deltas.flush();
      byte[] root = id(needed).toBytes();
      ChunkId rootId = domain().ids().of(ChunkType.ROOT, root, 0, root.length);
      session.chunks().put(ChunkType.ROOT, rootId, root, 0, root.length);
      session.commit(Repositories.record("forged", rootId));
    }
  }
}
