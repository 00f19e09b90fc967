package io.holdfast.repository.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// WAL under the keys of a real repository.
final class WalInRepositoryTest {
  private final MemoryBlobStore store = new MemoryBlobStore();

  @Test
  void walComesBackAfterReopeningAndOpensInItsOwnDomainOnly() throws IOException {
    byte[] wal = new byte[10_000];
    WalRange range = new WalRange(1, 0x1000000, 0x1000000 + wal.length);
    WalLineage lineage;
    try (Repository repository = Repositories.init(store, 1)) {
      WalSealer sealer = WalSealer.of(repository.domain("wal/erp"));
      WalArchive archive = WalArchive.open(store, sealer, "erp", 7, 1 << 24);
      assertThat(archive.put(range, wal, 0, wal.length, new byte[] {3}))
          .isEqualTo(PutOutcome.STORED);
      assertThat(archive.put(range, wal, 0, wal.length, new byte[] {3}))
          .isEqualTo(PutOutcome.ALREADY_THERE);
      archive.putFile("00000002.history", new byte[] {8});
      lineage = archive.lineage();
    }
    try (Repository repository = Repositories.open(store, 2)) {
      WalSealer sealer = WalSealer.of(repository.domain("wal/erp"));
      assertThat(WalArchive.lineages(store, sealer)).containsExactly(lineage);
      WalArchive archive = WalArchive.of(store, sealer, lineage);
      assertThat(archive.readSummary(range)).containsExactly(3);
      assertThat(archive.readBytes(1, archive.ranges(1), range.start(), range.end()))
          .isEqualTo(wal);
      assertThat(archive.files()).containsExactly("00000002.history");

      WalSealer other = WalSealer.of(repository.domain("wal/other"));
      assertThat(WalArchive.lineages(store, other)).isEmpty();
      assertThatThrownBy(() -> WalArchive.of(store, other, lineage).read(range))
          .isInstanceOf(CorruptRepositoryException.class);
    }
  }
}
