package io.holdfast.storage.azure;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.StoreUrl;
import io.holdfast.storage.azure.testing.Azurite;
import io.holdfast.storage.azure.testing.Containers;
import io.holdfast.storage.web.WebFaultsContract;
import io.holdfast.storage.web.WebTimeouts;
import io.holdfast.storage.web.testing.FaultProxy.Fault;
import io.holdfast.storage.web.testing.ForgedListing;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Azurite.Extension.class)
class AzureFaultsTest extends WebFaultsContract {
  private final Azurite azurite;

  AzureFaultsTest(Azurite azurite) {
    this.azurite = azurite;
  }

  @Override
  protected int serverPort() {
    return azurite.port();
  }

  @Override
  protected BlobStore open(String endpoint, WebTimeouts timeouts) throws IOException {
    String place = azurite.placeAt(endpoint, Containers.make(azurite, "faults"));
    return AzureDriver.open(StoreUrl.parse(place, ""), Azurite.context(), timeouts);
  }

  @Override
  protected BlobStore openUnsigned(String endpoint) throws IOException {
    String place = azurite.placeAt(endpoint, Containers.make(azurite, "unsigned"));
    String signature = Containers.accountSignature("rwdlac", "2099-01-01T00:00:00Z");
    return AzureDriver.open(
        StoreUrl.parse(place, ""),
        Azurite.context(Map.of("AZURE_STORAGE_SAS_TOKEN", signature)),
        WebTimeouts.DEFAULT);
  }

  @Override
  protected BlobStore openByTls(String endpoint, String caFile) throws IOException {
    String place = azurite.placeAt(endpoint, Containers.make(azurite, "tls")) + caFile;
    return AzureDriver.open(StoreUrl.parse(place, ""), Azurite.context(), WebTimeouts.DEFAULT);
  }

  @Override
  protected BlobStore openMissing(String endpoint) {
    String place = azurite.placeAt(endpoint, "never-made");
    return AzureDriver.open(StoreUrl.parse(place, ""), Azurite.context(), WebTimeouts.DEFAULT);
  }

  @Override
  protected ForgedListing.Format pageFormat() {
    return ForgedListing.Format.AZURE;
  }

  @Override
  protected Fault.Answer busy() {
    return new Fault.Answer(
        503, "ServerBusy", "The server is currently unable to receive requests.");
  }

  @Override
  protected Fault.Answer locked() {
    return new Fault.Answer(
        409,
        "BlobImmutableDueToPolicy",
        "This operation is not permitted as the blob is immutable due to a policy.");
  }

  @Override
  protected Fault.Answer forbidden() {
    return new Fault.Answer(
        403, "AuthorizationPermissionMismatch", "This request is not authorized to perform this.");
  }

  @Override
  protected Fault.Answer unknownCaller() {
    return new Fault.Answer(403, "AuthenticationFailed", "Server failed to authenticate.");
  }

  @Override
  protected String adviceForUnknownCaller() {
    return "account key";
  }
}
