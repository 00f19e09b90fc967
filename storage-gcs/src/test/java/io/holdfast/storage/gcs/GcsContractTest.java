package io.holdfast.storage.gcs;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStoreContract;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.gcs.testing.ImitatedGcs;
import io.holdfast.storage.web.testing.PagedListings;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The whole contract against an imitation: no emulator is to be had, and Google was not asked.
class GcsContractTest extends BlobStoreContract {
  private final ImitatedGcs gcs;

  GcsContractTest() throws IOException {
    gcs = ImitatedGcs.start();
  }

  @AfterEach
  void stop() {
    gcs.close();
  }

  @Override
  protected BlobStore openEmpty() throws IOException {
    return BlobStores.open(gcs.placeAt(gcs.endpoint()), gcs.context(directory));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("io.holdfast.base.testing.Seeds#stream")
  void listingsOfManyPagesAreWhole(long seed) throws IOException {
    PagedListings.areWhole(
        gcs.port(),
        seed,
        (endpoint, pageNamesMax) -> {
          gcs.pagesOf(pageNamesMax);
          return BlobStores.open(gcs.placeAt(endpoint), gcs.context(directory));
        });
  }
}
