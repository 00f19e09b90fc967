package io.holdfast.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStoreContract;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.gcs.testing.ImitatedGcs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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

  @Test
  void listingsOfManyPagesAreWhole() throws IOException {
    gcs.pagesOf(3);
    try (BlobStore store = openEmpty()) {
      List<String> names = new ArrayList<>();
      for (int i = 10; i < 20; i++) {
        names.add("a/" + i);
        assertThat(store.putIfAbsent(new BlobKey("a/" + i), ByteBuffer.allocate(1)))
            .isEqualTo(BlobStore.PutResult.STORED);
      }
      List<String> listed = new ArrayList<>();
      store.list("", stat -> listed.add(stat.key().value()));
      assertThat(listed).isEqualTo(names);
    }
  }
}
