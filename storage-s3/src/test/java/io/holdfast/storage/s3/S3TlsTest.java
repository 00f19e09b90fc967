package io.holdfast.storage.s3;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.StoreUrl;
import io.holdfast.storage.s3.testing.S3Server;
import io.holdfast.storage.s3.testing.S3Servers;
import io.holdfast.storage.web.testing.TlsFaults;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(S3Servers.class)
class S3TlsTest {
  @Test
  void onlyTheAuthorityThatTheUrlNamesIsTrusted(
      @S3Servers.Of(S3Server.Kind.S3PROXY) S3Server server, @TempDir Path directory)
      throws IOException {
    TlsFaults.trustsTheNamedAuthorityOnly(
        server.port(), directory, (endpoint, caFile) -> open(server, endpoint, caFile));
  }

  @Test
  void aCertificateForAnotherHostIsNotTrusted(
      @S3Servers.Of(S3Server.Kind.S3PROXY) S3Server server, @TempDir Path directory)
      throws IOException {
    TlsFaults.trustsNoOtherServerOfThatAuthority(
        server.port(), directory, (endpoint, caFile) -> open(server, endpoint, caFile));
  }

  private static BlobStore open(S3Server server, String endpoint, String caFile)
      throws IOException {
    StoreUrl url = StoreUrl.parse(server.placeAt(endpoint) + caFile, "");
    return S3BlobStore.open(
        S3Place.of(url, S3Server.context()), S3Server.context(), S3Timeouts.DEFAULT);
  }
}
