package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.repository.ChunkType.Packing;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.MemoryBlobStore;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DeltaWriterTest {
  @Test
  void afterOneGibibyteOfPacksTheirTablesAreDurable() throws Exception {
    try (Repository repository = Repositories.init(new MemoryBlobStore(), 1)) {
      SessionId id = SessionId.create(Repositories.NOW, repository.options().entropy());
      DeltaWriter deltas =
          new DeltaWriter(id, repository.mainDomain(), repository.puts(), new AtomicLong());
      int packBytes = 128 << 20;
      for (int i = 0; i < 7; i++) {
        deltas.add(section(repository, id, i, packBytes));
      }
      assertThat(deltas.written()).isZero();
      deltas.add(section(repository, id, 7, packBytes));
      assertThat(deltas.written()).isEqualTo(1);
      deltas.flush();
      assertThat(deltas.written()).isEqualTo(1);
    }
  }

  private static PackSection section(
      Repository repository, SessionId id, int sequence, int packBytes) {
    return new PackSection(
        new PackId(id, sequence, Digest.zero()),
        repository.mainDomain().id(),
        1,
        Packing.DATA,
        packBytes,
        0,
        new byte[0]);
  }
}
