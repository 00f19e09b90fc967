package io.holdfast.engine.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.Exchange;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.tree.Attributes;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.SortedTreeWriter;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.testing.SimulatedCrash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a copy that was cut off leaves to the next one: packs whose tables it had written are not
/// sent again, all others are. Tables are written for each GiB, or for each 65,536 chunks, of which
/// this backup has a few more; see `DeltaWriterTest` for the GiB.
class CutOffCopyTest {
  private static final int FILES = 180;
  private static final int PIECES = 400;

  private long seed = 100;

  @ParameterizedTest
  @EnumSource
  void whatWasInATableIsNotSentAgain(Exchange.Way way) throws Exception {
    try (CopyWorld world = new CopyWorld(new MemoryBlobStore(), 5)) {
      backUpManyPieces(world);
      MemoryBlobStore store = new MemoryBlobStore();
      target(world, store, way).close();
      CuttingStore cutOff = cutOff(world, store, 2);
      long sent = cutOff.packBytes.get();
      long inTable = cutOff.packBytesInFirstTable.get();
      assertThat(inTable).isGreaterThan(sent / 2);

      // A pack that arrived while the table was made is in none.
      assertThat(complete(world, store)).isBetween(1L, sent - inTable + sent / 20);
      assertThat(complete(world, store)).as("when all is there").isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWasInNoTableIsSentAgain(Exchange.Way way) throws Exception {
    try (CopyWorld world = new CopyWorld(new MemoryBlobStore(), 7)) {
      world.backUpFiles();
      MemoryBlobStore store = new MemoryBlobStore();
      target(world, store, way).close();
      long sent = cutOff(world, store, 1).packBytes.get();

      assertThat(complete(world, store)).isBetween(sent * 9 / 10, sent * 11 / 10);
    }
  }

  /// Runs until the tables are to be written for the n-th time, where the process ends.
  private CuttingStore cutOff(CopyWorld world, BlobStore store, int tables) throws IOException {
    CuttingStore cutting = new CuttingStore(store, tables);
    try (Repository target = CopyWorld.reopened(cutting, seed++)) {
      assertThrows(SimulatedCrash.class, () -> world.copy(target));
    }
    return cutting;
  }

  /// Answers the bytes of all packs that were put.
  private long complete(CopyWorld world, BlobStore store) throws IOException {
    CuttingStore counting = new CuttingStore(store, Integer.MAX_VALUE);
    try (Repository target = CopyWorld.reopened(counting, seed++)) {
      assertThat(world.copy(target).isWhole()).isTrue();
    }
    return counting.packBytes.get();
  }

  private static Repository target(CopyWorld world, BlobStore store, Exchange.Way way)
      throws IOException {
    return switch (way) {
      case FRAMES -> world.sibling(store, 6);
      case CONTENT -> CopyWorld.stranger(store, 6);
    };
  }

  private static void backUpManyPieces(CopyWorld world) throws IOException {
    try (BackupSession session = world.source.beginSession()) {
      SortedTreeWriter writer = new SortedTreeWriter(session.chunks(), Optional.empty());
      for (int i = 0; i < FILES; i++) {
        FileContent content = writer.newContent();
        for (int k = 0; k < PIECES; k++) {
          byte[] piece = ByteBuffer.allocate(40).putInt(1 + i).putInt(k).array();
          writer.store(content, piece, 0, piece.length);
        }
        writer.put(file(String.format(Locale.ROOT, "%04d", i), content.bytes()), content);
      }
      ChunkId root = writer.finish().root();
      SnapshotRecord like = Repositories.record("many-pieces", root);
      session.commit(
          new SnapshotRecord(
              like.name(),
              like.source(),
              "files",
              "files",
              Optional.empty(),
              like.startedAt(),
              like.startedAt(),
              0,
              0,
              FILES,
              new TreeMap<>(),
              new TreeMap<>(Map.of("files", root))));
    }
  }

  private static FileEntry file(String path, long bytes) {
    return new FileEntry(
        path,
        FileKind.FILE,
        bytes,
        0640,
        7,
        "",
        "me",
        "us",
        Digest.NONE,
        Attributes.of(new byte[] {9, 8, 7}));
  }

  /// Counts what is put into packs, and ends the process instead of writing tables a chosen time;
  /// nothing is written from then on.
  private static final class CuttingStore extends ForwardingBlobStore {
    private final AtomicLong packBytes = new AtomicLong();
    private final AtomicLong packBytesInFirstTable = new AtomicLong();
    private final AtomicLong tables = new AtomicLong();
    private final int last;

    CuttingStore(BlobStore inner, int last) {
      super(inner);
      this.last = last;
    }

    @Override
    public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
      if (key.value().startsWith("idx/d/") && tables.incrementAndGet() == 1) {
        packBytesInFirstTable.set(packBytes.get());
      }
      if (tables.get() >= last) {
        throw new SimulatedCrash("no put of " + key);
      }
      int bytes = data.remaining();
      PutResult result = super.putIfAbsent(key, data);
      if (key.value().startsWith("packs/")) {
        packBytes.addAndGet(bytes);
      }
      return result;
    }

    @Override
    public void delete(BlobKey key) throws IOException {
      if (tables.get() >= last) {
        throw new SimulatedCrash("no deletion of " + key);
      }
      super.delete(key);
    }
  }
}
