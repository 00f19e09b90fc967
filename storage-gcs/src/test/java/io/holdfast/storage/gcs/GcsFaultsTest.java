package io.holdfast.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.StoreUrl;
import io.holdfast.storage.gcs.testing.ImitatedGcs;
import io.holdfast.storage.web.WebFaultsContract;
import io.holdfast.storage.web.WebTimeouts;
import io.holdfast.storage.web.testing.FaultProxy.Fault;
import io.holdfast.storage.web.testing.ForgedListing;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GcsFaultsTest extends WebFaultsContract {
  private final ImitatedGcs gcs;
  @TempDir private Path directory = Path.of("");

  GcsFaultsTest() throws IOException {
    gcs = ImitatedGcs.start();
  }

  @AfterEach
  void stop() {
    gcs.close();
  }

  @Override
  protected int serverPort() {
    return gcs.port();
  }

  @Override
  protected BlobStore open(String endpoint, WebTimeouts timeouts) throws IOException {
    return GcsDriver.open(
        StoreUrl.parse(gcs.placeAt(endpoint), ""), gcs.context(directory), timeouts);
  }

  @Override
  protected BlobStore openUnsigned(String endpoint) throws IOException {
    return open(endpoint, WebTimeouts.DEFAULT);
  }

  @Override
  protected BlobStore openByTls(String endpoint, String caFile) throws IOException {
    return GcsDriver.open(
        StoreUrl.parse(gcs.placeAt(endpoint) + caFile, ""),
        gcs.context(directory),
        WebTimeouts.DEFAULT);
  }

  @Override
  protected BlobStore openMissing(String endpoint) throws IOException {
    return GcsDriver.open(
        StoreUrl.parse("gs://never-made/x?endpoint=" + endpoint, ""),
        gcs.context(directory),
        WebTimeouts.DEFAULT);
  }

  @Test
  void aTokenThatIsNoLongerAcceptedIsReplacedOnce() throws IOException {
    proxy.next("PUT", 1, unknownCaller());
    assertThatThrownBy(() -> put(store, new byte[10]))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(put(store, new byte[10])).isEqualTo(PutResult.STORED);

    proxy.next("GET", 1, unknownCaller());
    assertThatThrownBy(() -> store.get(KEY, 10)).isInstanceOf(StoreRefusedException.class);
    assertThat(store.get(KEY, 10)).hasSize(10);
  }

  @Override
  protected ForgedListing.Format pageFormat() {
    return ForgedListing.Format.S3;
  }

  @Override
  protected Fault.Answer busy() {
    return new Fault.Answer(503, "SlowDown", "Please reduce your request rate.");
  }

  @Override
  protected Fault.Answer locked() {
    return new Fault.Answer(
        403,
        "AccessDenied",
        "Object 'x' is subject to bucket's retention policy or object retention and cannot be"
            + " deleted or overwritten until 2030-01-01T00:00:00Z");
  }

  @Override
  protected Fault.Answer forbidden() {
    return new Fault.Answer(403, "AccessDenied", "Access denied.");
  }

  @Override
  protected Fault.Answer unknownCaller() {
    return new Fault.Answer(401, "AuthenticationRequired", "Invalid Credentials");
  }

  @Override
  protected String adviceForUnknownCaller() {
    return "GOOGLE_APPLICATION_CREDENTIALS";
  }
}
