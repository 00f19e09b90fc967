package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.MemoryBlobStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RepositoryRoundTripTest {
  @Test
  void whatWasPutIsReadBackAfterOpeningAgain() throws Exception {
    MemoryBlobStore store = new MemoryBlobStore();
    List<ChunkId> ids = new ArrayList<>();
    byte[] root = {1, 2, 3};
    StoredSnapshot committed;
    try (Repository repository = Repositories.init(store, 1)) {
      try (BackupSession session = repository.beginSession()) {
        ChunkWriter chunks = session.chunks();
        for (int i = 0; i < 300; i++) {
          byte[] bytes = content(i);
          ChunkId id = chunks.ids().of(ChunkType.STREAM, bytes, 0, bytes.length);
          ids.add(id);
          assertThat(chunks.put(ChunkType.STREAM, id, bytes, 0, bytes.length))
              .isEqualTo(ChunkWriter.PutOutcome.STORED);
          assertThat(chunks.put(ChunkType.STREAM, id, bytes, 0, bytes.length))
              .isEqualTo(ChunkWriter.PutOutcome.ALREADY_THERE);
        }
        ChunkId rootId = chunks.ids().of(ChunkType.ROOT, root, 0, root.length);
        chunks.put(ChunkType.ROOT, rootId, root, 0, root.length);
        committed = session.commit(Repositories.record("one", rootId));
      }
    }

    try (Repository repository = Repositories.open(store, 2)) {
      assertThat(repository.snapshots()).containsExactly(committed);
      assertThat(committed.record().storedBytes()).isPositive();
      ChunkReader reader = repository.reader();
      assertThat(
              reader.read(
                  ChunkType.ROOT, committed.record().roots().values().iterator().next(), 16))
          .isEqualTo(root);
      for (int i = 0; i < 300; i++) {
        assertThat(reader.contains(ChunkType.STREAM, ids.get(i))).isTrue();
        assertThat(reader.read(ChunkType.STREAM, ids.get(i), 1 << 20)).isEqualTo(content(i));
      }
      try (BackupSession again = repository.beginSession()) {
        for (int i = 0; i < 300; i++) {
          byte[] bytes = content(i);
          assertThat(again.chunks().put(ChunkType.STREAM, ids.get(i), bytes, 0, bytes.length))
              .isEqualTo(ChunkWriter.PutOutcome.ALREADY_THERE);
        }
      }
    }
  }

  private static byte[] content(int i) {
    byte[] bytes = new byte[i * 37];
    Random random = new Random(i);
    if (i % 2 == 0) {
      random.nextBytes(bytes);
    }
    return bytes;
  }
}
