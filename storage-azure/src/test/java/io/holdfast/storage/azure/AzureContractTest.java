package io.holdfast.storage.azure;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStoreContract;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.azure.testing.Azurite;
import io.holdfast.storage.azure.testing.Containers;
import java.io.IOException;
import org.junit.jupiter.api.extension.ExtendWith;

/// The whole contract against Azurite.
@ExtendWith(Azurite.Extension.class)
class AzureContractTest extends BlobStoreContract {
  private final Azurite azurite;

  AzureContractTest(Azurite azurite) {
    this.azurite = azurite;
  }

  @Override
  protected BlobStore openEmpty() throws IOException {
    String container = Containers.make(azurite, "contract");
    return BlobStores.open(azurite.placeAt(azurite.endpoint(), container), Azurite.context());
  }
}
