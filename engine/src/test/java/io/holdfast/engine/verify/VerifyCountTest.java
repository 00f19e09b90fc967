package io.holdfast.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.repository.Repository;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class VerifyCountTest {
  private final MemoryBlobStore store = new MemoryBlobStore();

  @Test
  void whatIsFoundBeyondTheLimitIsCounted() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      damageMaintenance(1_234);

      VerifyReport report = verifyAll(repository);

      assertThat(report.findings()).hasSize(1_000);
      assertThat(report.furtherFindings()).isEqualTo(234);
      assertThat(report.isClean()).isFalse();
      assertThat(report.describe().getLast()).endsWith("1234 findings, the first 1000 are shown");
      assertThat(report.toMap()).containsEntry("furtherFindings", 234L);
    }
  }

  @Test
  void aDamagedMaintenanceStateIsFoundOnceAndIsNoBackup() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      damageMaintenance(1);

      VerifyReport report = verifyAll(repository);

      assertThat(report.describe()).hasSize(2);
      assertThat(report.describe().getFirst()).startsWith("DAMAGED  maint/1: ");
      assertThat(report.describe().getLast()).endsWith(": 1 finding");
      assertThat(repository.snapshotListing().damaged()).isEmpty();
    }
  }

  private static VerifyReport verifyAll(Repository repository) {
    return new Verify(TestEngine.context(), new OpenRepository(repository, "memory")).all();
  }

  private void damageMaintenance(int states) throws IOException {
    for (int number = 1; number <= states; number++) {
      var _ = store.putIfAbsent(new BlobKey("maint/" + number), ByteBuffer.wrap(new byte[200]));
    }
  }
}
