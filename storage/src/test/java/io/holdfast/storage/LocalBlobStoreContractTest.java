package io.holdfast.storage;

import io.holdfast.base.Entropy;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/// The whole contract for a directory, also as if it were one of a network.
class LocalBlobStoreContractTest {
  private static final InstantSource CLOCK = () -> Instant.parse("2026-01-15T03:00:00Z");

  @Nested
  class DiskTest extends BlobStoreContract {
    @Override
    protected BlobStore openEmpty() {
      return BlobStores.create(
          directory.resolve("store").toString(),
          new StoreContext(CLOCK, Entropy.secure(), Map.of()));
    }
  }

  @Nested
  class NetworkTest extends BlobStoreContract {
    @Override
    protected BlobStore openEmpty() throws IOException {
      return new LocalBlobStore(
          Files.createDirectory(directory.resolve("store")).toRealPath(),
          "nfs4",
          FileSteps.REAL,
          CLOCK,
          Entropy.secure());
    }
  }
}
