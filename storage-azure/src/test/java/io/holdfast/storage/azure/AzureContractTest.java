package io.holdfast.storage.azure;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStoreContract;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreUrl;
import io.holdfast.storage.azure.testing.Azurite;
import io.holdfast.storage.azure.testing.Containers;
import io.holdfast.storage.web.WebBlobStore;
import io.holdfast.storage.web.WebClient;
import io.holdfast.storage.web.WebTimeouts;
import io.holdfast.storage.web.testing.PagedListings;
import java.io.IOException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("io.holdfast.base.testing.Seeds#stream")
  void listingsOfManyPagesAreWhole(long seed) throws IOException {
    PagedListings.areWhole(azurite.port(), seed, this::openWithPages);
  }

  private BlobStore openWithPages(String endpoint, int pageNamesMax) throws IOException {
    String url = azurite.placeAt(endpoint, Containers.make(azurite, "pages"));
    StoreContext context = Azurite.context();
    AzurePlace place = AzurePlace.of(StoreUrl.parse(url, ""), context);
    AzureAuthority authority = AzureAuthority.of(place, context);
    return new WebBlobStore(
        new AzureService(place, authority, pageNamesMax),
        WebClient.to(place.caFile(), context, WebTimeouts.DEFAULT),
        context);
  }
}
